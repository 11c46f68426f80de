import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/config/parse-duration.ts'

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1h2m3s', 3_723_000],
    ['120h', 432_000_000],
  ])('%s is %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })

  it.each(['', '0s', '5', '5 m', '-5m', '1.5h', '5M', '30m1h', '121h', '9999999s', '5m\n', 'NaN', '1h1h'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it('of any whole seconds within the limit is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 432_000 }), (seconds) => {
        expect(parseDuration(`${seconds}s`)).toBe(seconds * 1000)
        const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
        expect(parseDuration(`${h}h${m}m${s}s`)).toBe(seconds * 1000)
      }),
    )
  })
})
