import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { OutputReader } from '../../../src/stages/commands/output-reader.ts'

describe("A child's output", () => {
  it('comes in the same lines however its bytes are cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '€', '\n', ' ', '😀'), maxLength: 60 })
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (output, size) => {
        const lines: string[] = []
        const reader = new OutputReader((line) => lines.push(line))
        const bytes = Buffer.from(output)
        for (let start = 0; start < bytes.length; start += size) {
          reader.write(bytes.subarray(start, start + size), 'stdout')
        }
        reader.end()
        expect(lines).toEqual(
          output
            .replace(/\n$/, '')
            .split('\n')
            .slice(output === '' ? 1 : 0),
        )
      }),
    )
  })

  it('of two streams is not mixed within a line', () => {
    const lines: string[] = []
    const reader = new OutputReader((line) => lines.push(line))
    reader.write(Buffer.from('src/a.ts'), 'stdout')
    reader.write(Buffer.from('warning\n'), 'stderr')
    reader.write(Buffer.from('(1,2): error\n'), 'stdout')
    expect(lines).toEqual(['warning', 'src/a.ts(1,2): error'])
  })

  it("ends with what the script said, not with npm's words about it", () => {
    const reader = new OutputReader()
    reader.write(
      Buffer.from(
        'TypeError: x\n\n\u001b[31m  at y\u001b[0m\nnpm error Lifecycle script `test` failed\nnpm error code 1\n',
      ),
      'stderr',
    )
    expect(reader.lastLines()).toEqual(['TypeError: x', 'at y'])
  })

  it('without a line break is cut, and takes no memory', () => {
    const lines: string[] = []
    const reader = new OutputReader((line) => lines.push(line))
    for (let n = 0; n < 5_000; n += 1) reader.write(Buffer.alloc(4_096, 'x'), 'stdout')
    reader.end()
    expect(lines.map((line) => line.length)).toEqual([4_096])
  })
})
