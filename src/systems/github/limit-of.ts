import { RequestError } from '@octokit/request-error'
import type { HttpAnswer } from '../http/http.ts'
import { isThrottled, parseRetryAfter } from '../http/retry-after.ts'

/** Where a limit names no time, in milliseconds: what GitHub asks for at least. */
const UNSAID_MS = 60_000

/**
 * Until when an answer asks not to be asked again, or undefined for one that is no limit: the primary limit by its reset,
 * the secondary one by `Retry-After` in seconds or as a date, or a minute.
 *
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function limitOfAnswer(
  answer: Pick<HttpAnswer, 'status' | 'headers' | 'text'>,
  now: Date,
): Date | undefined {
  const { status, headers } = answer
  if (status !== 403 && status !== 429 && status !== 503) return undefined
  const said = answer.text()
  if (!isThrottled(status, headers, said) && !(status === 403 && /rate limit/i.test(said))) return undefined
  return new Date(now.getTime() + (parseRetryAfter(status, headers, said, now) ?? UNSAID_MS))
}

/** The same of an error that Octokit has made of an answer; undefined for any other. */
export function limitOf(thrown: unknown, now: Date): Date | undefined {
  if (!(thrown instanceof RequestError) || thrown.response === undefined) return undefined
  const { headers, data } = thrown.response
  const byName = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  )
  const text = (): string => JSON.stringify(data ?? '')
  return limitOfAnswer({ status: thrown.status, headers: byName, text }, now)
}
