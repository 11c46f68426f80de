import { spawn } from 'node:child_process'
import { TestbedFailure } from './failure.ts'

export interface CommandOptions {
  readonly cwd?: string
  /** Added to this process's own environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Written to standard input, which is else empty. Secrets go here, never into the argument vector. */
  readonly input?: string
  /** What to do when the command fails, for the one who reads the message. */
  readonly next?: string
}

export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  /** Standard output and standard error in the order they came. */
  readonly output: string
}

/** Runs a program to its end and answers with its exit code, whatever that is. A program that cannot start throws. */
export function tryCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', (cause) => {
      reject(new TestbedFailure(`${program} could not be started: ${cause.message}`, { cause }))
    })
    child.on('close', (code, signal) => {
      resolve({
        exitCode: code ?? 1,
        stdout,
        output: signal === null ? output : `${output}ended by ${signal}`,
      })
    })
    // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** Runs a program that must succeed; answers with its standard output. */
export async function run(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(argv, options)
  if (result.exitCode !== 0) {
    throw new TestbedFailure(`${argv.slice(0, 3).join(' ')} ended with exit code ${result.exitCode}`, {
      evidence: lastLines(result.output, 20),
      ...(options.next === undefined ? {} : { next: options.next }),
    })
  }
  return result.stdout
}

/** The last `count` lines of a text, without empty lines at its end. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
