import fc from 'fast-check'
import { expect, it } from 'vitest'

import { KeptOutput } from '../../../src/systems/runner/kept-output.ts'

function keep(limit: number, chunks: readonly Uint8Array[]): string {
  const kept = new KeptOutput(limit)
  for (const chunk of chunks) kept.add(chunk)
  return kept.toString()
}

it('Output within the limit is kept as it is', () => {
  expect(keep(100, [Buffer.from('one'), Buffer.from('two')])).toBe('onetwo')
})

it('However it is cut into chunks, the same beginning and end are kept, and the rest is counted', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii', minLength: 30, maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (text, sizes) => {
        const chunks: Buffer[] = []
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          chunks.push(Buffer.from(text.slice(at, at + size), 'latin1'))
          at += size
        }
        const expected =
          text.length <= 20
            ? text
            : `${text.slice(0, 10)}\n… ${text.length - 20} bytes left out …\n${text.slice(-10)}`
        expect(keep(20, chunks)).toBe(expected)
      },
    ),
  )
})
