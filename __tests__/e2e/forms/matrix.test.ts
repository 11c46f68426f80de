import { describe, expect, it } from 'vitest'
import { type Combination, events, forms, inBundle, inEngine, kindOf, nameOf, possible } from './matrix.ts'

const kinds = ['success', 'failure', 'resumption'] as const

/** Every value of one side with every value of the other. */
function cross(one: readonly string[], other: readonly string[]): readonly string[] {
  return one.flatMap((left) => other.map((right) => `${left} × ${right}`)).toSorted()
}

function met(pair: (run: Combination) => string): readonly string[] {
  return [...new Set(inEngine.map(pair))].toSorted()
}

describe('the runs of the workflow engine', () => {
  it('are at most ten, and each is possible', () => {
    expect(inEngine.length).toBeLessThanOrEqual(10)
    const names = possible.map(nameOf)
    expect(inEngine.filter((run) => !names.includes(nameOf(run)))).toEqual([])
  })

  it('meet every pair of form and event', () => {
    expect(met(({ form, event }) => `${form} × ${event}`)).toEqual(cross(forms, events))
  })

  it('meet every pair of form and kind of outcome', () => {
    expect(met(({ form, outcome }) => `${form} × ${kindOf(outcome)}`)).toEqual(cross(forms, kinds))
  })

  it('meet every pair of event and kind of outcome', () => {
    expect(met(({ event, outcome }) => `${event} × ${kindOf(outcome)}`)).toEqual(cross(events, kinds))
  })

  it('fail early, in the middle and in the deployment', () => {
    const failures = inEngine.map(({ outcome }) => outcome).filter((outcome) => kindOf(outcome) === 'failure')
    expect(new Set(failures)).toEqual(new Set(['build fails', 'scan fails', 'deploy fails']))
  })

  it('resume what an earlier run of the same form has passed', () => {
    for (const [index, { form, outcome }] of inEngine.entries()) {
      if (outcome !== 'resumes') continue
      const before = inEngine.slice(0, index).filter((run) => run.form === form)
      expect(before.map((run) => run.outcome)).toContain('success')
    }
  })
})

describe('all combinations that there can be', () => {
  it('are run once: in the engine, or by the bundle itself', () => {
    const names = [...inEngine, ...inBundle].map(nameOf)
    expect(new Set(names).size).toBe(names.length)
    expect(names.toSorted()).toEqual(possible.map(nameOf).toSorted())
  })

  it('are all but those of a deployment that fails on a pull request, which does not deploy', () => {
    expect(possible).toHaveLength(3 * 3 * 5 - 3)
  })
})
