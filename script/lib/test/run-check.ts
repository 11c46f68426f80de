import { spawn } from 'node:child_process'
import type { Tally } from './tally.ts'

/** Runs a command as one check; its output goes through, what it did and how long it took is said. */
export async function runCheck(
  title: string,
  argv: readonly [string, ...string[]],
  options: { readonly quiet?: boolean } = {},
): Promise<Tally> {
  const quiet = options.quiet === true
  const started = performance.now()
  if (!quiet) process.stdout.write(`\n── ${title}: ${argv.join(' ')}\n`)
  const code = await run(argv, quiet)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (!quiet)
    process.stdout.write(
      `── ${title}: ${code === 0 ? 'passed' : `FAILED with exit code ${code}`} in ${seconds} s\n`,
    )
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

function run([command, ...args]: readonly [string, ...string[]], quiet: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', quiet ? 'ignore' : 'inherit', quiet ? 'ignore' : 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}
