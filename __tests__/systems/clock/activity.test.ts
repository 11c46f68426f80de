import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createActivity, findGaps, joinSpans, withPauses } from '../../../src/systems/clock/activity.ts'
import { createFakeClock } from '../fake-clock.ts'

describe('Activity', () => {
  it('is the union of what ran at the same time', () => {
    const clock = createFakeClock()
    const activity = createActivity(clock)
    clock.advance(10)
    const endNpm = activity.begin('npm')
    clock.advance(10)
    const endVault = activity.begin('vault')
    clock.advance(10)
    endNpm()
    clock.advance(10)
    endVault()
    clock.advance(10)
    activity.begin('git')()
    expect(activity.spans()).toEqual([
      { startMs: 10, endMs: 40, first: 'npm', last: 'vault' },
      { startMs: 50, endMs: 50, first: 'git', last: 'git' },
    ])
  })

  it('goes on until now while something is not ended, and ending twice ends once', () => {
    const clock = createFakeClock()
    const activity = createActivity(clock)
    const endOne = activity.begin('one')
    activity.begin('two')
    endOne()
    endOne()
    clock.advance(7)
    expect(activity.spans()).toEqual([{ startMs: 0, endMs: 7, first: 'one', last: 'one' }])
  })
})

describe('The gaps', () => {
  it('are what lies between the spans, with what was before and after', () => {
    const spans = [
      { startMs: 10, endMs: 40, first: 'npm', last: 'vault' },
      { startMs: 50, endMs: 60, first: 'git', last: 'git' },
    ]
    expect(findGaps(spans, 0, 70)).toEqual([
      { startMs: 0, endMs: 10, after: 'start', before: 'npm' },
      { startMs: 40, endMs: 50, after: 'vault', before: 'git' },
      { startMs: 60, endMs: 70, after: 'git', before: 'end' },
    ])
  })

  it('and the spans together are the whole time', () => {
    const steps = fc.array(fc.tuple(fc.nat(50), fc.boolean(), fc.nat(4)), { maxLength: 40 })
    fc.assert(
      fc.property(steps, (moves) => {
        const clock = createFakeClock()
        const activity = createActivity(clock)
        const open: (() => void)[] = []
        for (const [pause, begins, which] of moves) {
          clock.advance(pause)
          if (begins) open.push(activity.begin('x'))
          else
            open.splice(which, 1).forEach((end) => {
              end()
            })
        }
        const total = clock.monotonic()
        const spans = activity.spans()
        const sum = [...spans, ...findGaps(spans, 0, total)].reduce(
          (ms, { startMs, endMs }) => ms + endMs - startMs,
          0,
        )
        expect(sum).toBe(total)
      }),
    )
  })
})

describe('Pauses', () => {
  it('are recorded while they last, cut short or not, and count once beside what runs', async () => {
    const clock = createFakeClock()
    const record = createActivity(clock)
    const children = createActivity(clock)
    const pausing = withPauses(
      {
        ...clock,
        sleep: (milliseconds) => {
          clock.advance(milliseconds)
          return milliseconds === 3 ? Promise.reject(new Error('cancelled')) : Promise.resolve()
        },
      },
      record,
    )
    const end = children.begin('smoke')
    clock.advance(10)
    end()
    await pausing.sleep(250)
    clock.advance(5)
    await expect(pausing.sleep(3)).rejects.toThrow('cancelled')
    const spans = joinSpans(children.spans(), record.spans())
    expect(findGaps(spans, 0, clock.monotonic())).toEqual([
      { startMs: 260, endMs: 265, after: 'pause', before: 'pause' },
    ])
  })
})
