import { setTimeout as sleep } from 'node:timers/promises'

/** Time, timers and random, injected everywhere so that faults can be replayed with a clock that a test moves. */
export interface Clock {
  /** Milliseconds of a monotonic clock; only differences mean something. */
  monotonic(): number
  /** Wall-clock time, for what people and other systems read. */
  now(): Date
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** A signal that is aborted after some milliseconds; `clear` must be called in a `finally`. */
  deadline(milliseconds: number, reason: () => Error): { readonly signal: AbortSignal; clear(): void }
  /** A number from 0 (included) to 1 (excluded). */
  random(): number
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => new Date(),
  async sleep(milliseconds, signal) {
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
    } catch (thrown) {
      throw signal?.aborted === true ? (signal.reason as Error) : (thrown as Error)
    }
  },
  deadline(milliseconds, reason) {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      controller.abort(reason())
    }, milliseconds)
    return {
      signal: controller.signal,
      clear() {
        clearTimeout(timer)
      },
    }
  },
  // eslint-disable-next-line no-restricted-properties -- the one place that random comes from
  random: () => Math.random(),
}
