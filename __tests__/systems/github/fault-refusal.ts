import type { Fault } from './faults.ts'
import { Refusal } from './refusal.ts'

const texts: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by integration',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  422: 'Validation Failed',
  429: 'Too many requests',
}

/** What GitHub says when it is in trouble, or when the caller has asked too often. */
export function createFaultRefusal(fault: Fault): Refusal {
  const { retryAfter } = fault.rule
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  if (fault.kind === 'rate-limit') {
    const message = 'API rate limit exceeded for installation.'
    return new Refusal(403, message, { headers: { 'x-ratelimit-remaining': '0', ...headers } })
  }
  if (fault.kind === 'secondary-limit') {
    const message =
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    return new Refusal(403, message, { headers: { 'retry-after': '60', ...headers } })
  }
  return new Refusal(fault.status || 200, texts[fault.status] ?? 'Server Error', { headers })
}
