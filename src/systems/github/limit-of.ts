import { isThrottled, parseRetryAfter } from '../http/retry-after.ts'

/** Where a limit names no time, in milliseconds: what GitHub asks for at least. */
const UNSAID_MS = 60_000

/**
 * Until when an answer asks not to be asked again, or undefined for one that is no limit: the primary limit by its reset,
 * the secondary one by `Retry-After` in seconds or as a date, or a minute.
 *
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function limitOf(
  answer: {
    readonly status: number
    readonly headers: Readonly<Record<string, string | number | undefined>>
    readonly data: unknown
  },
  now: Date,
): Date | undefined {
  const { status } = answer
  const headers = new Map(
    Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  )
  const said = JSON.stringify(answer.data ?? '')
  if (!isThrottled(status, headers, said) && !(status === 403 && /rate limit/i.test(said))) return undefined
  return new Date(now.getTime() + (parseRetryAfter(status, headers, said, now) ?? UNSAID_MS))
}
