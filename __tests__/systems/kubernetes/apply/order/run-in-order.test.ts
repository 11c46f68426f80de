import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runInOrder } from '../../../../../src/systems/kubernetes/apply/order/run-in-order.ts'

/** Steps that only need earlier ones; some without an item. */
const steps = fc
  .array(fc.tuple(fc.boolean(), fc.array(fc.nat(), { maxLength: 4 })), { maxLength: 30 })
  .map((drafts) =>
    drafts.map(([gathers, needs], index) => ({
      item: gathers ? undefined : index,
      needs: index === 0 ? [] : [...new Set(needs.map((need) => need % index))],
    })),
  )
const signal = new AbortController().signal
const pause = () => new Promise((resolve) => setImmediate(resolve))

describe('running in order', () => {
  test('runs each once, after all that it needs, never more at a time than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (plan, limit) => {
        const ended = new Set<number>()
        let running = 0
        const failures = await runInOrder(
          plan,
          async (index) => {
            running += 1
            expect(running).toBeLessThanOrEqual(limit)
            for (const need of plan[index]!.needs) {
              if (plan[need]!.item !== undefined) expect(ended).toContain(need)
            }
            await pause()
            expect(ended).not.toContain(index)
            ended.add(index)
            running -= 1
          },
          { limit, signal },
        )
        expect(failures).toEqual([])
        expect(ended.size).toBe(plan.filter((step) => step.item !== undefined).length)
      }),
      { numRuns: 50 },
    )
  })

  test('begins nothing more after a failure, and waits for what runs', async () => {
    const ended: number[] = []
    const plan = Array.from({ length: 6 }, (_, item) => ({ item, needs: [] }))
    const failures = await runInOrder(
      plan,
      async (index) => {
        await pause()
        if (index === 0) throw new Error('no')
        await pause()
        ended.push(index)
      },
      { limit: 3, signal },
    )
    expect(failures).toEqual([new Error('no')])
    expect(ended).toEqual([1, 2])
  })

  test('begins nothing more when it is stopped', async () => {
    const stop = new AbortController()
    const begun: number[] = []
    const plan = Array.from({ length: 6 }, (_, item) => ({ item, needs: [] }))
    await runInOrder(
      plan,
      async (index) => {
        begun.push(index)
        await pause()
        stop.abort()
      },
      { limit: 2, signal: stop.signal },
    )
    expect(begun).toEqual([0, 1])
  })
})
