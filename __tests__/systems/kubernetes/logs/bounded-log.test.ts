import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedLog } from '../../../../src/systems/kubernetes/logs/bounded-log.ts'

describe('a kept log', () => {
  test('is whole up to 1 MiB', () => {
    const log = new BoundedLog()
    const line = Buffer.from('x'.repeat(1023) + '\n')
    for (let count = 0; count < 1024; count += 1) log.add(line)
    expect(log.text()).toBe(line.toString().repeat(1024))
  })

  test('keeps beginning and end beyond that, and says how much is missing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 4, maxLength: 8 }), (sizes) => {
        const log = new BoundedLog()
        const whole = Buffer.from(
          Array.from({ length: sizes.reduce((sum, each) => sum + each, 0) }, (_, index) => 97 + (index % 26)),
        )
        let at = 0
        for (const size of sizes) log.add(whole.subarray(at, (at += size)))
        const half = 512 * 1024
        const text = whole.toString()
        const missing = text.length - 2 * half
        expect(log.text()).toBe(
          missing <= 0 ? text : `${text.slice(0, half)}\n… ${missing} bytes left out …\n${text.slice(-half)}`,
        )
      }),
      { numRuns: 20 },
    )
  })
})
