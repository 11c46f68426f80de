import { type ChildProcess, spawn } from 'node:child_process'
import { access, constants as fileSystem, stat } from 'node:fs/promises'
import { constants } from 'node:os'
import { basename } from 'node:path'

import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { KeptOutput } from './kept-output.ts'
import type { Command, Finished } from './processes.ts'

const KEEP_BYTES = 1024 * 1024
/** How long the output may stay open after the child's end: something it left behind may hold it for ever. */
const DRAIN_MS = 2000

export interface Child {
  /** Also the id of its process group and session. */
  readonly pid: number
  /** Never rejects. */
  readonly finished: Promise<Finished>
}

/**
 * Starts a command in a process group of its own.
 *
 * @throws StagegateError E_COMMAND_NOT_FOUND
 */
export async function startChild(command: Command, clock: Clock): Promise<Child> {
  const startedMs = clock.monotonic()
  try {
    const child = spawnGroup(command)
    // All listeners before the first await: a short command may be over soon after.
    const stdout = keep(child, 'stdout', command)
    const stderr = keep(child, 'stderr', command)
    child.stdin?.on('error', () => undefined)
    const ended = waitForEnd(child, clock)
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.stdin?.end(command.input)
    const finished = ended.then((exitCode) => ({
      exitCode,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      durationMs: clock.monotonic() - startedMs,
    }))
    return { pid: child.pid ?? 0, finished }
  } catch (error) {
    throw await explainStart(command, error)
  }
}

/** Throws at once for an argument with a NUL or too many of them; other failures come as an event. */
function spawnGroup(command: Command): ChildProcess {
  const [file, ...args] = command.argv
  return spawn(file, args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
}

function keep(child: ChildProcess, stream: 'stdout' | 'stderr', command: Command): KeptOutput {
  const kept = new KeptOutput(command.keepBytes ?? KEEP_BYTES)
  child[stream]?.on('data', (chunk: Uint8Array) => {
    kept.add(chunk)
    command.onOutput?.(chunk, stream)
  })
  return kept
}

/** Resolves with the exit code when the child has ended and its output is read, or does not end. */
function waitForEnd(child: ChildProcess, clock: Clock): Promise<number> {
  return new Promise((resolve) => {
    let code = 1
    let drained: { clear(): void } | undefined
    child.once('exit', (exitCode, signal) => {
      code = exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal])
      const deadline = clock.deadline(DRAIN_MS, () => new Error('the output stays open'))
      deadline.signal.addEventListener('abort', () => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve(code)
      })
      drained = deadline
    })
    child.once('close', () => {
      drained?.clear()
      resolve(code)
    })
  })
}

async function explainStart({ argv, cwd }: Command, error: unknown): Promise<StagegateError> {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException
  const name = basename(argv[0])
  const folder = await whyNoFolder(cwd)
  if (folder !== undefined) {
    return new StagegateError('E_COMMAND_NOT_FOUND', {
      message: `${name} cannot be started: ${folder}.`,
      next: 'Correct working-directory, or the rights of the folder.',
    })
  }
  const reason = code === 'ENOENT' ? 'it is not on the PATH' : code
  return new StagegateError('E_COMMAND_NOT_FOUND', { message: `${name} cannot be started: ${reason}.` })
}

/** Undefined where a child can be started in it. */
async function whyNoFolder(cwd: string): Promise<string | undefined> {
  try {
    if (!(await stat(cwd)).isDirectory()) return `there is no folder ${cwd}`
    await access(cwd, fileSystem.X_OK)
    return undefined
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code !== 'EACCES') return `there is no folder ${cwd}`
    const uid = process.getuid?.() ?? 'unknown'
    return `the user of this step (uid ${uid}) may not enter the folder ${cwd}`
  }
}
