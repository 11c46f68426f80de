import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBody } from '../../../../src/systems/kubernetes/client/encode-body.ts'

test('signs that end a line of YAML, or that it does not take, are escaped', () => {
  expect(encodeBody({ text: 'a \u0085 b\u2028c\u2029d\uFEFF\u007F\uFFFF' })).toBe(
    String.raw`{"text":"a \u0085 b\u2028c\u2029d\ufeff\u007f\uffff"}`,
  )
})

test('all else stays as it is', () => {
  const value = { text: 'Grüße, 世界 👩‍🚀 \\ "quoted"\n', number: 1.5, list: [null, true] }
  expect(encodeBody(value)).toBe(JSON.stringify(value))
})

test('whatever is sent is JSON of the same text, in which nothing ends a line', () => {
  const signs = ' a"\\\n\r\t\u0000\u0085\u009F\u2028\u2029\uFEFF\uFFFE👩🚀'.split('')
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...signs) }), (text) => {
      const body = encodeBody(text)
      expect(JSON.parse(body)).toBe(text)
      expect(body).not.toMatch(/[\n\r\u0085\u2028\u2029]/)
    }),
  )
})
