import { StagegateError } from '../errors/index.ts'
import type { Clock } from '../systems/clock/clock.ts'

/** The runner sends SIGTERM 7.5 s after SIGINT, and kills 2.5 s later; what must be written gets this long. Milliseconds. */
const LAST_WORDS_MS = 5_500
/** When even that was not enough, this long after the cancel. Milliseconds. */
const LATE_MS = 6_000
/** Bugs that follow from the first one are said; a run that only makes more of them is ended. */
const MAX_CRASHES = 20

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface RunSignals {
  /** Aborted by a signal of the process, by a bug, or when the run's timeout has passed. */
  readonly signal: AbortSignal
  /** For what runs whatever happened: aborted some seconds after a cancel, at once by a second signal. */
  readonly lastSignal: AbortSignal
  /** Starts the run's timeout. */
  limit(timeoutMs: number): void
  /** Ends the run for a bug of ours: what was begun is given back as after a cancel. */
  crash(error: StagegateError): void
  /** The first bug; a run that has one is never a success. */
  crashed(): StagegateError | undefined
  /** Called once when there is no more time for an orderly end: a second signal, or a clean-up that takes too long. */
  onLate(end: () => void): void
  /** The run has its result: signals are taken and change nothing any more. */
  close(): void
}

/** Turns the process's signals and the run's timeout into abort signals. */
export function listenToSignals(process: NodeJS.EventEmitter, clock: Clock): RunSignals {
  const run = new AbortController()
  const last = new AbortController()
  const timers: { clear(): void }[] = []
  let isEnding = false
  let isClosed = false
  let crashes = 0
  let firstCrash: StagegateError | undefined
  let isLate = false
  let endLate: (() => void) | undefined

  const after = (milliseconds: number, reason: () => Error, act: (reason: Error) => void): void => {
    const timer = clock.deadline(milliseconds, reason)
    timer.signal.addEventListener('abort', () => {
      act(timer.signal.reason as Error)
    })
    timers.push(timer)
  }
  const endNow = (reason: Error): void => {
    last.abort(reason)
    if (isLate) return
    isLate = true
    endLate?.()
  }
  const end = (reason: Error): void => {
    isEnding = true
    after(
      LAST_WORDS_MS,
      () => reason,
      () => {
        last.abort(reason)
      },
    )
    after(LATE_MS, () => reason, endNow)
    run.abort(reason)
  }
  for (const name of SIGNALS) {
    process.on(name, () => {
      const reason = new StagegateError('E_CANCELLED', { message: `The run was cancelled (${name}).` })
      if (isClosed) return
      if (isEnding) endNow(reason)
      else end(reason)
    })
  }
  return {
    signal: run.signal,
    lastSignal: last.signal,
    limit(timeoutMs) {
      const seconds = Math.round(timeoutMs / 1000)
      const reason = () =>
        new StagegateError('E_RUN_TIMEOUT', { message: `The run did not end within ${seconds} s.` })
      after(timeoutMs, reason, (error) => {
        run.abort(error)
      })
    },
    crash(error) {
      crashes += 1
      firstCrash ??= error
      if (crashes > MAX_CRASHES) endNow(error)
      else if (!isEnding) end(error)
    },
    crashed: () => firstCrash,
    onLate(act) {
      endLate = act
      if (isLate) act()
    },
    close() {
      isClosed = true
      for (const timer of timers) timer.clear()
    },
  }
}
