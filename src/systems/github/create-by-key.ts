import { RequestError } from '@octokit/request-error'
import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { renderTries } from '../http/http-failure.ts'

/** How often a write whose answer was lost may be sent in all. */
const MAX_WRITES = 3

/**
 * Sends a write that must not be made twice. When its answer is lost (cut, 5xx), its effect is looked for by key before
 * the write is repeated: the answer may have been lost after the work was done. Where not even that can be found out,
 * nothing is repeated. The wait comes first, so that what was written can be seen. Reliability class W.
 */
export async function createByKey<T>(
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const startedAt = clock.monotonic()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await create()
    } catch (thrown) {
      if (!isAmbiguous(thrown) || signal.aborted) throw thrown
      await clock.sleep(500 * 2 ** (attempt - 1), signal)
      const found = await find()
      if (found !== undefined) return found
      if (attempt === MAX_WRITES)
        throw new RepeatedWrite(thrown, renderTries(attempt, clock.monotonic() - startedAt, undefined))
    }
  }
}

/** A write that failed each time it was sent. */
export class RepeatedWrite extends Error {
  /** What the last one met. */
  readonly last: unknown
  /** ` (3 attempts in 3.5 s)` */
  readonly tries: string

  constructor(last: unknown, tries: string) {
    super(`failed${tries}`)
    this.last = last
    this.tries = tries
  }
}

/** Whether the work may have been done all the same. Octokit gives a request whose answer never came the status 500. */
function isAmbiguous(thrown: unknown): boolean {
  if (thrown instanceof StagegateError) return thrown.code === 'E_GITHUB_PROTOCOL'
  return thrown instanceof RequestError && (thrown.status >= 500 || thrown.status === 408)
}
