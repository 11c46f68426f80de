import type { ChildProcess } from 'node:child_process'
import { findProcesses } from './find-processes.ts'

/** Something that is done to main while it runs. */
export interface Interrupt {
  /**
   * As soon as the process is there, before any of its code runs; when a line of its output matches; or when something is
   * seen in the world, by a function that gets the mark of the call and its log so far.
   */
  readonly when: 'at spawn' | RegExp | ((mark: string, log: string) => boolean)
  /**
   * `two signals`: a SIGTERM right after a SIGINT. `kill all`: what is left of a machine that was lost, main and its
   * children at once. `close log`: the reader of its output goes away. A function changes something else.
   */
  readonly act: Ending | (() => void)
}

export type Ending = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL' | 'two signals' | 'kill all' | 'close log'

/** What the runner does after a cancel when a process does not end: SIGTERM, then SIGKILL. Milliseconds. */
const TERM_MS = 7_500
const KILL_MS = 10_000
/** How often the world is looked at, in milliseconds. */
const LOOK_MS = 20

/** Watches over one process. */
export interface Watch {
  /** What the process has written so far. */
  see(log: string): void
  /** Tells when the act was done, and what the runner would have had to do after it. */
  close(): { readonly actedAt: number | undefined; readonly escalations: readonly string[] }
}

/** @param mark of the call, see `findProcesses` */
export function watchFor(child: ChildProcess, mark: string, interrupt: Interrupt | undefined): Watch {
  const timers: NodeJS.Timeout[] = []
  const escalations: string[] = []
  let actedAt: number | undefined
  const act = (): void => {
    if (interrupt === undefined || actedAt !== undefined) return
    actedAt = performance.now()
    if (typeof interrupt.act === 'function') {
      interrupt.act()
      return
    }
    perform(interrupt.act, child, mark)
    if (!['SIGINT', 'SIGTERM', 'SIGHUP', 'two signals'].includes(interrupt.act)) return
    const escalate = (name: NodeJS.Signals, milliseconds: number): void => {
      const send = (): void => {
        escalations.push(name)
        child.kill(name)
      }
      timers.push(setTimeout(send, milliseconds))
    }
    escalate('SIGTERM', TERM_MS)
    escalate('SIGKILL', KILL_MS)
  }
  const when = interrupt?.when
  let latest = ''
  if (when === 'at spawn') act()
  if (typeof when === 'function') {
    const look = setInterval(() => {
      if (!when(mark, latest)) return
      clearInterval(look)
      act()
    }, LOOK_MS)
    timers.push(look)
  }
  return {
    see(log) {
      latest = log
      if (when instanceof RegExp && when.test(log)) act()
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      return { actedAt, escalations }
    },
  }
}

function perform(act: Ending, child: ChildProcess, mark: string): void {
  switch (act) {
    case 'two signals':
      child.kill('SIGINT')
      // The second must not be merged with the first, which the kernel does with equal ones only.
      child.kill('SIGTERM')
      break
    case 'kill all':
      for (const line of findProcesses(mark)) process.kill(Number.parseInt(line, 10), 'SIGKILL')
      break
    case 'close log':
      child.stdout?.destroy()
      child.stderr?.destroy()
      break
    case 'SIGINT':
    case 'SIGTERM':
    case 'SIGHUP':
    case 'SIGKILL':
      child.kill(act)
  }
}
