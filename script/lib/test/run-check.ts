import { spawn } from 'node:child_process'
import { noTests, type Tally } from './tally.ts'

export interface CheckOptions {
  /** Nothing is printed: only its end counts. */
  readonly quiet?: boolean
  /** Its output is printed in one piece when it has ended, so that others can run at the same time. */
  readonly held?: boolean
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command as one check; its output goes through, what it did and how long it took is said. */
export async function runCheck(
  title: string,
  argv: readonly [string, ...string[]],
  options: CheckOptions = {},
): Promise<Tally> {
  const started = performance.now()
  const begin = `\n── ${title}: ${argv.join(' ')}\n`
  const goesThrough = options.quiet !== true && options.held !== true
  if (goesThrough) process.stdout.write(begin)
  const { code, output } = await run(argv, goesThrough, options.env ?? {})
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const end = `── ${title}: ${code === 0 ? 'passed' : `FAILED with exit code ${code}`} in ${seconds} s\n`
  if (goesThrough) process.stdout.write(end)
  if (options.held === true) process.stdout.write(begin + output + end)
  if (code === 0) return { ...noTests, passed: 1 }
  return { ...noTests, failed: 1, failures: [`${title}: exit code ${code}`] }
}

function run(
  [command, ...args]: readonly [string, ...string[]],
  goesThrough: boolean,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', goesThrough ? 'inherit' : 'pipe', goesThrough ? 'inherit' : 'pipe'],
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') })
    })
  })
}
