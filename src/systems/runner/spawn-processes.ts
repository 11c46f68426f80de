import { basename } from 'node:path'

import type { Activity } from '../clock/activity.ts'
import type { Clock } from '../clock/clock.ts'
import { planEnvironment, RUN_MARK, STEP_MARK } from './child-environment.ts'
import { type Child, startChild } from './child.ts'
import { findTool } from './find-tool.ts'
import { listProcesses, readCommandLine, readVariable } from './proc.ts'
import { endGroup } from './process-group.ts'
import type { Command, Processes } from './processes.ts'

const GRACE_MS = 3000

export interface ProcessesOptions {
  readonly clock: Clock
  /** Our own environment, of which children get a part. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether a text contains a value that is registered as secret. */
  readonly holdsSecret: (text: string) => boolean
  /** Random text, such as a UUID: tells the children of this run from those of another. */
  readonly runMark: string
  readonly activity?: Activity
}

/** Real child processes. What is started beside the run (`start`) is not recorded as activity: it only waits. */
export function createProcesses(options: ProcessesOptions): Processes {
  const { clock, activity } = options
  let marks = 0
  /** Marks of foreign commands that are running now, with how many share each. */
  const running = new Map<string, number>()
  /** Sessions that foreign commands have opened and ended. */
  const endedSessions = new Set<number>()

  async function launch(command: Command): Promise<Child & { end(): Promise<void> }> {
    command.signal.throwIfAborted()
    const mark = command.env[STEP_MARK]
    if (mark !== undefined) running.set(mark, (running.get(mark) ?? 0) + 1)
    const release = (session?: number) => {
      if (mark === undefined) return
      running.set(mark, (running.get(mark) ?? 1) - 1)
      if (session !== undefined) endedSessions.add(session)
    }
    const child = await startChild(command, clock).catch((error: unknown) => {
      release()
      throw error
    })
    let ending: Promise<void> | undefined
    const end = () => (ending ??= endGroup(child.pid, command.graceMs ?? GRACE_MS, clock))
    const onAbort = () => void end()
    if (command.signal.aborted) onAbort()
    else command.signal.addEventListener('abort', onAbort, { once: true })
    const finished = child.finished.then(async (result) => {
      command.signal.removeEventListener('abort', onAbort)
      await ending
      release(child.pid)
      return result
    })
    return { pid: child.pid, finished, end }
  }

  return {
    async run(command) {
      const endActivity = activity?.begin(basename(command.argv[0]))
      try {
        const child = await launch(command)
        const finished = await child.finished
        command.signal.throwIfAborted()
        return finished
      } finally {
        endActivity?.()
      }
    },
    async start(command) {
      const child = await launch(command)
      return {
        pid: child.pid,
        finished: child.finished,
        async end() {
          await child.end()
          return child.finished
        },
      }
    },
    find: (tool) => findTool(tool, options.env.PATH ?? ''),
    environment(kind, extra = {}) {
      const { env, holdsSecret, runMark } = options
      const planned = { ...planEnvironment(env, holdsSecret), ...extra, [RUN_MARK]: runMark }
      if (kind === 'own') return planned
      marks += 1
      return { ...planned, [STEP_MARK]: `${runMark}-${marks}` }
    },
    async survivors() {
      const found = (await listProcesses()).map(async ({ pid, session }) => {
        const mark = await readVariable(pid, STEP_MARK)
        const isMarked = mark?.startsWith(`${options.runMark}-`) === true && (running.get(mark) ?? 0) === 0
        return isMarked || endedSessions.has(session) ? [{ pid, command: await readCommandLine(pid) }] : []
      })
      return (await Promise.all(found)).flat()
    },
  }
}
