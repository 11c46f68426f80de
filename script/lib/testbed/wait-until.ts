import { setTimeout as delay } from 'node:timers/promises'
import { TestbedFailure } from './failure.ts'

export interface WaitOptions {
  /** Seconds until the wait is given up. */
  readonly seconds: number
  /** Milliseconds between two tries. */
  readonly interval?: number
  /** Throws when waiting has become pointless, for example because the process has ended. */
  readonly giveUp?: () => void
}

/**
 * Tries until `probe` answers without throwing, and gives its answer.
 * @throws TestbedFailure with the last error of the probe when the time is over.
 */
export async function waitUntil<Result>(
  what: string,
  probe: () => Promise<Result>,
  options: WaitOptions,
): Promise<Result> {
  const end = performance.now() + options.seconds * 1000
  for (;;) {
    try {
      return await probe()
    } catch (cause) {
      options.giveUp?.()
      if (performance.now() > end) {
        throw new TestbedFailure(`${what} did not happen within ${options.seconds} s`, {
          cause,
          evidence: cause instanceof Error ? cause.message : String(cause),
        })
      }
    }
    await delay(options.interval ?? 100)
  }
}
