import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinLines } from '../../src/text/join-lines.ts'
import { strip, stripEnd } from '../../src/text/strip-end.ts'

describe('text', () => {
  it('takes characters away at the end, and at both ends, as the patterns do that it stands for', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', 'a', '-') }), (text) => {
        expect(stripEnd(text, '/')).toBe(text.replace(/(?<!\/)\/+$/, ''))
        expect(strip(text, '/-')).toBe(text.replaceAll(/^[/-]+|(?<![/-])[/-]+$/g, ''))
      }),
    )
  })

  it('joins lines, whatever their ends, without the white space around them', () => {
    expect(joinLines('  one \r\n\n\t two\rthree  ')).toBe('one two three')
    expect(joinLines('one\n two', ' | ')).toBe('one | two')
    expect(joinLines(' \n ')).toBe('')
  })
})
