import { StagegateError } from '../errors/index.ts'
import type { Clock } from '../systems/clock/clock.ts'

/** After a cancel the runner waits 7.5 s before SIGTERM; what must still be written gets this long, in milliseconds. */
const LAST_WORDS_MS = 6_000

export interface RunSignals {
  /** Aborted by SIGINT, SIGTERM, or when the run's timeout has passed. */
  readonly signal: AbortSignal
  /** For what runs whatever happened: aborted some seconds after a cancel, at once by a second signal. */
  readonly lastSignal: AbortSignal
  close(): void
}

/** Turns the process's signals and the run's timeout into abort signals. */
export function listenToSignals(process: NodeJS.EventEmitter, clock: Clock, timeoutMs: number): RunSignals {
  const run = new AbortController()
  const last = new AbortController()
  let lastWords: { clear(): void } | undefined
  const cancel = (name: string) => () => {
    const reason = new StagegateError('E_CANCELLED', { message: `The run was cancelled (${name}).` })
    if (run.signal.aborted && lastWords !== undefined) {
      last.abort(reason)
      return
    }
    const timer = clock.deadline(LAST_WORDS_MS, () => reason)
    timer.signal.addEventListener('abort', () => {
      last.abort(reason)
    })
    lastWords = timer
    run.abort(reason)
  }
  const timeout = clock.deadline(
    timeoutMs,
    () =>
      new StagegateError('E_RUN_TIMEOUT', {
        message: `The run did not end within ${Math.round(timeoutMs / 1000)} s.`,
      }),
  )
  timeout.signal.addEventListener('abort', () => {
    run.abort(timeout.signal.reason)
  })
  const onInt = cancel('SIGINT')
  const onTerm = cancel('SIGTERM')
  process.on('SIGINT', onInt)
  process.on('SIGTERM', onTerm)
  return {
    signal: run.signal,
    lastSignal: last.signal,
    close() {
      timeout.clear()
      lastWords?.clear()
      process.off('SIGINT', onInt)
      process.off('SIGTERM', onTerm)
    },
  }
}
