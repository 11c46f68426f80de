import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createAnswer } from '../../../src/systems/http/answer.ts'
import {
  decideRetry,
  defaultPolicy,
  isRepeatable,
  type Outcome,
} from '../../../src/systems/http/decide-retry.ts'
import { type FailureKind, HttpFailure } from '../../../src/systems/http/http-failure.ts'
import type { HttpRequest } from '../../../src/systems/http/http.ts'
import { RetryBudget } from '../../../src/systems/http/retry-budget.ts'

const subject = { system: 'vault', method: 'GET', url: 'http://vault/' }
const kinds: readonly FailureKind[] = [
  ...(['refused', 'unreachable', 'dns', 'tls', 'timeout', 'reset', 'cut', 'silent', 'too-large'] as const),
  ...(['media-type', 'garbage'] as const),
]

const request = fc.record<HttpRequest>({
  system: fc.constant('vault'),
  url: fc.constant('http://vault/'),
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'),
  headers: fc.constantFrom<Record<string, string>>({}, { 'Content-Type': 'application/apply-patch+yaml' }),
  signal: fc.constant(new AbortController().signal),
})

const failure = fc.tuple(fc.constantFrom(...kinds), fc.boolean()).map<Outcome>(([kind, reached]) => ({
  kind: 'failure',
  failure: new HttpFailure(subject, kind, { summary: kind, reached }),
}))

const answer = fc
  .tuple(
    fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(403, 408, 429, 500, 502, 503, 504)),
    fc.constantFrom<[string, string][]>(
      [],
      [['retry-after', '3']],
      [['retry-after', '3600']],
      [['x-ratelimit-remaining', '0']],
    ),
  )
  .map<Outcome>(([status, headers]) => ({
    kind: 'answer',
    answer: createAnswer({ subject, status, headers: new Map(headers), body: new Uint8Array() }),
  }))

const outcome = fc.oneof(failure, answer)
const situation = fc.record({
  attempts: fc.integer({ min: 1, max: 8 }),
  leftMs: fc.integer({ min: -5000, max: 30_000 }),
  now: fc.constant(new Date('2026-01-02T03:04:05Z')),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

describe('Whether a request is sent again', () => {
  it('never means a wait that does not fit in the time left, nor a sixth attempt', () => {
    fc.assert(
      fc.property(request, outcome, situation, (request, outcome, situation) => {
        const verdict = decideRetry(request, defaultPolicy, outcome, situation)
        if (!verdict.retry) return
        expect(verdict.delayMs).toBeLessThan(situation.leftMs)
        expect(situation.attempts).toBeLessThan(5)
      }),
    )
  })

  it('never means a write that may have worked is repeated blindly', () => {
    fc.assert(
      fc.property(request, outcome, situation, fc.boolean(), (request, outcome, situation, canLook) => {
        const readBack = () => Promise.resolve(undefined)
        const asked = canLook ? { ...request, readBack } : request
        const verdict = decideRetry(asked, defaultPolicy, outcome, situation)
        const mayHaveWorked =
          outcome.kind === 'failure' ? outcome.failure.reached : ![403, 429].includes(outcome.answer.status)
        if (isRepeatable(request) || !mayHaveWorked || !verdict.retry) return
        expect(canLook && verdict.readBack).toBe(true)
        expect(situation.attempts).toBeLessThan(3)
      }),
    )
  })

  it('is no for everything that would end the same way', () => {
    const final = outcome.filter((outcome) =>
      outcome.kind === 'failure'
        ? ['tls', 'too-large'].includes(outcome.failure.kind)
        : outcome.answer.status < 403 ||
          [404, 405, 406, 409, 410, 411, 412, 413, 415, 422, 501, 505].includes(outcome.answer.status),
    )
    fc.assert(
      fc.property(request, final, situation, (request, outcome, situation) => {
        expect(decideRetry(request, defaultPolicy, outcome, situation)).toEqual({ retry: false })
      }),
    )
  })

  it('waits at least as long as a throttling server asks', () => {
    const headers = new Map([['retry-after', '3']])
    const throttled = createAnswer({ subject, status: 429, headers, body: new Uint8Array() })
    fc.assert(
      fc.property(request, situation, (request, situation) => {
        const verdict = decideRetry(request, defaultPolicy, { kind: 'answer', answer: throttled }, situation)
        if (verdict.retry) expect(verdict.delayMs).toBeGreaterThanOrEqual(3000)
        else expect(verdict.until?.getTime()).toBeGreaterThanOrEqual(situation.now.getTime() + 3000)
      }),
    )
  })
})

it.each([
  [{ method: 'GET' }, true],
  [{ method: 'HEAD' }, true],
  [{ method: 'PUT' }, true],
  [{ method: 'DELETE' }, true],
  [{ method: 'POST' }, false],
  [{ method: 'PATCH' }, false],
  [{ method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } }, false],
  [{ method: 'PATCH', headers: { 'Content-Type': 'application/apply-patch+yaml' } }, true],
  [{ method: 'POST', repeatable: true }, true],
  [{ method: 'GET', repeatable: false }, false],
] as const)('%o may be repeated: %s', (more, expected) => {
  const signal = new AbortController().signal
  expect(isRepeatable({ system: 'x', url: 'http://x/', signal, ...more })).toBe(expected)
})

it('The budget of retries is 20 and a tenth of the requests, for each system apart', () => {
  const budget = new RetryBudget()
  const takeAll = (system: string) => {
    let taken = 0
    while (budget.take(system)) taken += 1
    return taken
  }
  for (let count = 0; count < 100; count += 1) budget.countRequest('vault')
  expect(takeAll('vault')).toBe(30)
  expect(takeAll('github')).toBe(20)
})
