import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../../src/systems/http/retry-after.ts'

const now = new Date('2026-11-30T12:00:00Z')
const DAY = 86_400_000
const waitOf = (...headers: (readonly [string, string])[]) => parseRetryAfter(429, new Map(headers), '', now)

describe('how long an answer asks to wait', () => {
  it.each([
    { says: 'seconds', headers: [['retry-after', '3']] as const, waits: 3000 },
    { says: 'a date', headers: [['retry-after', 'Mon, 30 Nov 2026 12:00:05 GMT']] as const, waits: 5000 },
    { says: 'a year', headers: [['retry-after', '31536000']] as const, waits: DAY },
    {
      says: 'the last date there is',
      headers: [['retry-after', '+275760-09-13T00:00:00.000Z']] as const,
      waits: DAY,
    },
    {
      says: 'milliseconds for seconds',
      headers: [['x-ratelimit-remaining', '0'] as const, ['x-ratelimit-reset', '9999999999999'] as const],
      waits: DAY,
    },
  ])('is at most a day, and a date can be made of it: $says', ({ headers, waits }) => {
    const wait = waitOf(...headers)
    expect(wait).toBe(waits)
    expect(() => new Date(now.getTime() + (wait ?? 0)).toISOString()).not.toThrow()
  })
})
