import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkText, checkTokens, isPlain } from '../../../../src/systems/kubernetes/manifests/check-text.ts'
import { limits } from '../../../../src/systems/kubernetes/manifests/limits.ts'

/** What YAML makes something of, more often than letters. */
const unit = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Array.from('[]{}-?:&*!#|>"\'\n ,%@`')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'a',
      '\t',
      '\r',
      '---\n',
      '- - ',
      'a: ',
      '&a ',
      '\u0085',
      '\ufeff',
      '😀',
      '{}',
      '[]',
    ),
  },
)
const texts = fc.oneof(
  fc.array(unit, { maxLength: 40 }),
  // One sign over and over: what reaches the limits.
  fc
    .tuple(fc.array(unit, { maxLength: 3 }), fc.integer({ min: 1, max: 1500 }))
    .map(([units, times]) => units.join('').repeat(times).split('')),
)

describe('a glance at the characters', () => {
  test('passes no text that its tokens would refuse', () => {
    fc.assert(
      fc.property(texts, (units) => {
        const text = units.join('')
        if (isPlain(text)) expect(checkTokens(text)).toBeUndefined()
      }),
      { numRuns: 3000 },
    )
  })

  test('is enough for what people write', () => {
    const manifest =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {}\ndata:\n  a: b\n  c: d\n'
    expect(isPlain(manifest)).toBe(true)
    expect(isPlain('data:\n  text: "a # b"\n  # c\n  more: |\n    d\n')).toBe(true)
  })

  test.each([
    ['brackets', '['.repeat(limits.depth + 1)],
    ['signs on a line', '- '.repeat(limits.depth + 1)],
    ['a bracket without its beginning', 'a: ]\n'],
  ])('leaves %s to the tokens', (_, text) => {
    expect(isPlain(text)).toBe(false)
    expect(checkText(text)).toBeDefined()
  })
})
