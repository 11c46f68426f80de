import { spawn } from 'node:child_process'
import { noTests, type Tally } from './tally.ts'

/** Runs a command as one check; its output goes through, what it did and how long it took is said. */
export async function runCheck(
  title: string,
  argv: readonly [string, ...string[]],
  options: { readonly quiet?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Tally> {
  const quiet = options.quiet === true
  const started = performance.now()
  if (!quiet) process.stdout.write(`\n── ${title}: ${argv.join(' ')}\n`)
  const code = await run(argv, quiet, options.env ?? {})
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (!quiet)
    process.stdout.write(
      `── ${title}: ${code === 0 ? 'passed' : `FAILED with exit code ${code}`} in ${seconds} s\n`,
    )
  if (code === 0) return { ...noTests, passed: 1 }
  return { ...noTests, failed: 1, failures: [`${title}: exit code ${code}`] }
}

function run(
  [command, ...args]: readonly [string, ...string[]],
  quiet: boolean,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'ignore' : 'inherit', quiet ? 'ignore' : 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}
