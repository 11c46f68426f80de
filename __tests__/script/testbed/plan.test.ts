import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planEnvironment, renderExports } from '../../../script/lib/testbed/environment.ts'
import { parseMountsBelow } from '../../../script/lib/testbed/mounts.ts'
import { partNames } from '../../../script/lib/testbed/parts/all.ts'
import { needsOfParts, planParts } from '../../../script/lib/testbed/up.ts'

describe('the plan of parts', () => {
  it('holds what is wanted and needed, once, each part behind those it needs', () => {
    fc.assert(
      fc.property(fc.subarray(partNames), (wanted) => {
        const planned = planParts(wanted, needsOfParts)
        expect(new Set(planned).size).toBe(planned.length)
        expect(planned).toEqual(expect.arrayContaining(wanted))
        for (const [index, name] of planned.entries()) {
          const before = planned.slice(0, index)
          expect(before).toEqual(expect.arrayContaining([...needsOfParts[name]]))
        }
      }),
    )
  })
})

describe('the environment', () => {
  it('is nothing but text that a shell reads back unchanged', () => {
    expect(renderExports({ ONE: `it's $HOME` })).toBe(`export ONE='it'\\''s $HOME'`)
  })

  it('puts the programs of the testbed first, and only once', () => {
    const once = planEnvironment({ bin: '/state/bin' }, '/usr/bin').PATH ?? ''
    expect(once).toBe('/state/bin:/usr/bin')
    expect(planEnvironment({ bin: '/state/bin' }, once).PATH).toBe(once)
  })

  it('names nothing that is not up', () => {
    expect(planEnvironment({}, '/usr/bin')).toEqual({})
  })
})

describe('the mounts below a folder', () => {
  it('are found the deepest first, and not those of a folder with a similar name', () => {
    const mountinfo = [
      '22 1 254:0 / / rw - ext4 /dev/vda rw',
      '30 22 0:40 / /state/kubelet/pods/a\\040b rw - tmpfs tmpfs rw',
      '31 30 0:41 / /state/kubelet/pods/a\\040b/token rw - tmpfs tmpfs rw',
      '32 22 0:42 / /state-of-others rw - tmpfs tmpfs rw',
    ].join('\n')
    expect(parseMountsBelow(mountinfo, '/state')).toEqual([
      '/state/kubelet/pods/a b/token',
      '/state/kubelet/pods/a b',
    ])
  })
})
