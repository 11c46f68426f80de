import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitBytes, limitLine } from '../../src/report/limit-bytes.ts'
import { skeletonOf } from './markdown-oracle.ts'

const text = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '```\n', '````\n', 'ü', '😀')), {
    maxLength: 200,
  })
  .map((parts) => parts.join(''))

describe('a limit of bytes', () => {
  test('is kept, and what is within it is left alone', () => {
    fc.assert(
      fc.property(text, fc.nat(400), (whole, limit) => {
        const limited = limitBytes(whole, limit)
        expect(Buffer.byteLength(limited)).toBeLessThanOrEqual(limit)
        if (Buffer.byteLength(whole) <= limit) expect(limited).toBe(whole)
        expect(limited.isWellFormed()).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('cuts at the end of a line, and says how much is missing', () => {
    const whole = `${'first line\n'.repeat(20)}${'x'.repeat(1_000)}`
    const limited = limitBytes(whole, 300)
    expect(limited).toMatch(/^(?:first line\n)+/)
    const [kept = '', missing = ''] = /^([^]*)\n\n… (\d+) bytes more/.exec(limited)?.slice(1) ?? []
    expect(Buffer.byteLength(kept) + Number(missing)).toBe(Buffer.byteLength(whole))
    expect(kept.endsWith('first line')).toBe(true)
  })

  test('keeps most of one endless line', () => {
    expect(limitBytes(`head\n${'ü'.repeat(1_000)}`, 300)).toMatch(/^head\nü{90,}\n\n… \d+ bytes more/)
  })

  test('closes the code block that it cuts, so that the note is read as a note', () => {
    const whole = `before\n\n\`\`\`\`\n${'log line\n```\n'.repeat(100)}\`\`\`\`\n`
    expect(skeletonOf(limitBytes(whole, 500))).toBe('root(paragraph(text) code paragraph(text))')
  })
})

describe('a limit of characters on one line', () => {
  test('is kept however characters are counted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (whole) => {
        const line = limitLine(whole, 140)
        expect(line.length).toBeLessThanOrEqual(140)
        expect(Array.from(line).length).toBeLessThanOrEqual(140)
        expect(line).not.toMatch(/[\r\n\t]/)
        if (whole.isWellFormed()) expect(line.isWellFormed()).toBe(true)
      }),
    )
  })

  test('shows that something was cut', () => {
    expect(limitLine('a\n b', 140)).toBe('a b')
    expect(limitLine('x'.repeat(141), 140)).toBe(`${'x'.repeat(139)}…`)
    expect(limitLine('😀'.repeat(71), 140)).toBe(`${'😀'.repeat(69)}…`)
  })
})
