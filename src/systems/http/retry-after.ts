/** What is asked for beyond a day is cut to one. Milliseconds. */
const LONGEST_MS = 86_400_000

/**
 * How long a throttling answer asks to wait, in milliseconds from when it was sent; undefined when it does not say.
 *
 * `Retry-After` has two forms (RFC 9110, 10.2.3): seconds, and a date. A date, and GitHub's `x-ratelimit-reset`
 * (seconds since 1970), are read against the answer's own `Date`, so a wrong clock on this side does no harm.
 * GitHub asks for at least a minute when a secondary limit names no time.
 */
export function parseRetryAfter(
  status: number,
  headers: ReadonlyMap<string, string>,
  body: string,
  now: Date,
): number | undefined {
  const sent = parseDate(headers.get('date')) ?? now.getTime()
  const retryAfter = headers.get('retry-after')?.trim()
  if (retryAfter !== undefined) {
    if (/^\d{1,9}$/.test(retryAfter)) return atMost(Number(retryAfter) * 1000)
    const date = parseDate(retryAfter)
    if (date !== undefined) return atMost(Math.max(0, date - sent))
  }
  if (status !== 403 && status !== 429) return undefined
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset = Number(headers.get('x-ratelimit-reset'))
    if (Number.isFinite(reset) && reset > 0) return atMost(Math.max(0, reset * 1000 - sent) + 1000)
  }
  return isSecondaryLimit(body) ? 60_000 : undefined
}

/** Whether an answer turns the request away because of too many: nothing was done, and it may be sent again later. */
export function isThrottled(status: number, headers: ReadonlyMap<string, string>, body: string): boolean {
  if (status === 429) return true
  if (status === 503) return headers.has('retry-after')
  if (status !== 403) return false
  return headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0' || isSecondaryLimit(body)
}

/** A time that makes no sense, such as one in milliseconds: nobody waits for so long, and no date can be made of it. */
function atMost(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_MS)
}

function isSecondaryLimit(body: string): boolean {
  return /secondary rate limit/i.test(body)
}

function parseDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
