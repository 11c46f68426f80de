import { RequestError } from '@octokit/request-error'
import type { Clock } from '../clock/clock.ts'

/** Waits before each further look, in milliseconds: five seconds in all. */
const WAITS_MS = [1_000, 2_000, 2_000]

/**
 * Writes to something that is there: it was just created, or listed. GitHub may answer 404 for it for some seconds, until
 * every one of its machines knows it. Reliability class V.
 *
 * @throws RequestError 404 when it does not appear
 */
export async function untilVisible<T>(act: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (const wait of WAITS_MS) {
    try {
      return await act()
    } catch (thrown) {
      if (!isNotFound(thrown) || signal.aborted) throw thrown
      await clock.sleep(wait, signal)
    }
  }
  return act()
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof RequestError && thrown.status === 404
}
