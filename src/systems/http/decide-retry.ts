import type { HttpFailure } from './http-failure.ts'
import type { HttpAnswer, HttpRequest, RetryPolicy } from './http.ts'
import { isThrottled, parseRetryAfter } from './retry-after.ts'

/** Class R: 5 attempts, 500 ms doubled up to 8 s, full jitter, 30 s in all. */
export const defaultPolicy: RetryPolicy = {
  attempts: 5,
  attemptMs: 10_000,
  totalMs: 30_000,
  firstDelayMs: 500,
  maxDelayMs: 8000,
}

/** An ambiguous write is sent no more often than this, whatever its policy says. */
const MAX_WRITES = 3

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'failure'; readonly failure: HttpFailure }

export type Verdict =
  | { readonly retry: false; readonly until?: Date }
  | { readonly retry: true; readonly delayMs: number; readonly readBack: boolean }

export interface Situation {
  /** How many attempts were made. */
  readonly attempts: number
  /** What is left of the total, in milliseconds. */
  readonly leftMs: number
  readonly now: Date
  /** From 0 to 1. */
  readonly random: number
}

/**
 * Whether and when an attempt is followed by another: the classes N, R, W and T of docs/reliability.md. A wait that
 * does not fit in the time left is not begun.
 */
export function decideRetry(
  request: HttpRequest,
  policy: RetryPolicy,
  outcome: Outcome,
  situation: Situation,
): Verdict {
  const throttled =
    outcome.kind === 'answer' &&
    isThrottled(outcome.answer.status, outcome.answer.headers, outcome.answer.text())
  if (!throttled && !isTransient(request, outcome)) return { retry: false }
  if (outcome.kind === 'answer' && request.isFinal?.(outcome.answer) === true) return { retry: false }

  const ambiguous = !isRepeatable(request) && mayHaveHappened(outcome)
  if (ambiguous && request.readBack === undefined) return { retry: false }
  const tries = maxTries(policy, outcome, ambiguous)
  const backOff = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (situation.attempts - 1))
  if (!throttled) {
    const delayMs = Math.round(backOff * situation.random)
    if (situation.attempts >= tries || delayMs >= situation.leftMs) return { retry: false }
    return { retry: true, delayMs, readBack: ambiguous }
  }
  // Full jitter would send a throttled request again almost at once; half of the wait is kept (aws-sdk-net#4341).
  const asked =
    parseRetryAfter(outcome.answer.status, outcome.answer.headers, outcome.answer.text(), situation.now) ?? 0
  const delayMs = Math.max(asked, Math.round(backOff * (0.5 + situation.random / 2)))
  if (situation.attempts >= tries || delayMs >= situation.leftMs) {
    return { retry: false, until: new Date(situation.now.getTime() + delayMs) }
  }
  return { retry: true, delayMs, readBack: ambiguous }
}

export function isRepeatable(request: HttpRequest): boolean {
  if (request.repeatable !== undefined) return request.repeatable
  if (request.method === 'PATCH') return contentType(request).startsWith('application/apply-patch')
  return request.method !== 'POST'
}

function contentType(request: HttpRequest): string {
  const headers = Object.entries(request.headers ?? {})
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
}

function isTransient(request: HttpRequest, outcome: Outcome): boolean {
  if (outcome.kind === 'failure')
    return outcome.failure.kind !== 'tls' && outcome.failure.kind !== 'too-large'
  const { status } = outcome.answer
  return (
    [408, 429, 500, 502, 503, 504].includes(status) ||
    (status >= 520 && status <= 526) ||
    (request.retryStatuses ?? []).includes(status)
  )
}

/** Whether the server can have done what was asked, though its answer does not say so. */
function mayHaveHappened(outcome: Outcome): boolean {
  if (outcome.kind === 'failure') return outcome.failure.reached
  return outcome.answer.status !== 429 && outcome.answer.status !== 403
}

function maxTries(policy: RetryPolicy, outcome: Outcome, ambiguous: boolean): number {
  const tries = ambiguous ? Math.min(policy.attempts, MAX_WRITES) : policy.attempts
  // A name that is not known, or an answer of the wrong kind, is seldom a passing trouble: one more try is enough.
  const doubtful =
    outcome.kind === 'failure' && ['dns', 'media-type', 'garbage'].includes(outcome.failure.kind)
  return doubtful ? Math.min(2, tries) : tries
}
