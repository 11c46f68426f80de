import { describe, expect, test } from 'vitest'
import { judgeLease, sight } from '../../../../src/systems/kubernetes/lease/judge-lease.ts'
import {
  freedLease,
  type LeaseRecord,
  takenLease,
} from '../../../../src/systems/kubernetes/lease/lease-record.ts'

const names = { namespace: 'staging', name: 'lock', holder: 'run 1', owner: 'acme/shop:api', hold: 'h1' }
const at = (version: string, lease = takenLease(names, new Date(0), undefined)): LeaseRecord => ({
  ...lease,
  metadata: { ...lease.metadata, resourceVersion: version },
})

describe('a lease of somebody else', () => {
  test('is free when it was not renewed for its whole duration while we looked', () => {
    const first = sight(at('5'), undefined, 1_000)
    const again = sight(at('5'), first, 30_000)
    expect(judgeLease(at('5'), again, 61_000)).toEqual({ free: false, holder: 'run 1' })
    expect(judgeLease(at('5'), again, 61_001)).toEqual({ free: true })
  })

  test('is held anew with each renewal that is seen, whatever time is written in it', () => {
    const first = sight(at('5'), undefined, 1_000)
    const renewed = sight(at('6'), first, 60_000)
    expect(judgeLease(at('6'), renewed, 119_000)).toEqual({ free: false, holder: 'run 1' })
  })

  test('is free at once when it was released', () => {
    const freed = at('7', freedLease(at('6'), new Date(0)))
    expect(judgeLease(freed, sight(freed, undefined, 0), 0)).toEqual({ free: true })
  })

  test('is replaced only in the version that was seen', () => {
    const taken = takenLease({ ...names, holder: 'run 2', hold: 'h2' }, new Date(0), at('8'))
    expect(taken.metadata.resourceVersion).toBe('8')
    expect(taken.spec).toMatchObject({
      holderIdentity: 'run 2',
      leaseTransitions: 1,
      renewTime: '1970-01-01T00:00:00.000000Z',
    })
  })
})
