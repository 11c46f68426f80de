import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { type Clock, systemClock } from '../../../src/systems/clock/clock.ts'
import type { LeaseHold } from '../../../src/systems/kubernetes/cluster.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

/** A clock that runs faster: a lease's minute takes a second and a half. */
function fastClock(rate: number): Clock {
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() * rate,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / rate, signal),
  }
}

const never = new AbortController().signal
let bed: TestbedCluster
let fast: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('lease')
  fast = await openTestbedCluster('lease', { clock: fastClock(40) })
})

afterAll(() => Promise.all([bed.close(), fast.close()]))

function acquire(
  { cluster }: TestbedCluster,
  name: string,
  holder: string,
  signal = never,
  onWaiting: (holder: string) => void = () => undefined,
): Promise<LeaseHold> {
  return cluster.acquireLease({
    namespace: bed.namespace,
    name,
    holder,
    owner: 'acme/shop:api',
    check: () => undefined,
    signal,
    onWaiting,
  })
}

async function readHolder(name: string): Promise<unknown> {
  const { cluster, namespace } = bed
  const lease = await cluster.get(
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name, namespace },
    never,
  )
  return (lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity
}

describe.concurrent('a lease', () => {
  test('is held until it is released, then free for the next', async () => {
    const hold = await acquire(bed, 'plain', 'run 1')
    expect(await readHolder('plain')).toBe('run 1')
    await hold.release()
    expect((await readHolder('plain')) ?? '').toBe('')
    const next = await acquire(bed, 'plain', 'run 2')
    expect(next.tookOverFrom).toBeUndefined()
    await next.release()
  })

  test('is waited for while another holds it', async ({ expect }) => {
    const first = await acquire(bed, 'busy', 'run 1')
    const waitedFor: string[] = []
    const second = acquire(bed, 'busy', 'run 2', never, (holder) => waitedFor.push(holder))
    await expect.poll(() => waitedFor).toEqual(['run 1'])
    await first.release()
    await (await second).release()
  })

  test('is had by one of many that ask at the same time', async () => {
    let holders = 0
    const most = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const hold = await acquire(fast, 'race', `run ${index}`)
        holders += 1
        const seen = holders
        await systemClock.sleep(50)
        holders -= 1
        await hold.release()
        return seen
      }),
    )
    expect(Math.max(...most)).toBe(1)
  })

  test('is taken over from a holder that renews no more, who learns of it', async () => {
    const dead = await acquire(bed, 'expired', 'run that was killed')
    const heir = await acquire(fast, 'expired', 'run 2')
    expect(heir.tookOverFrom).toBe('run that was killed')
    await dead.release()
    expect(await readHolder('expired')).toBe('run 2')
    await heir.release()
  })

  test('is lost when another has it', async ({ expect }) => {
    const hold = await acquire(fast, 'stolen', 'run 1')
    const { cluster, namespace } = bed
    await cluster.put(
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'stolen', namespace, annotations: { 'stagegate.dev/hold': 'another' } },
        spec: { holderIdentity: 'run 2' },
      },
      never,
    )
    await expect.poll(() => hold.lost.aborted, { timeout: 10_000 }).toBe(true)
    expect(hold.lost.reason).toMatchObject({
      code: 'E_LOCK_LOST',
      message: expect.stringMatching(/run 2 holds it now/) as string,
    })
    await hold.release()
    expect(await readHolder('stolen')).toBe('run 2')
  })

  test('stays held through renewals', async () => {
    const hold = await acquire(fast, 'renewed', 'run 1')
    await systemClock.sleep(3_000)
    expect(hold.lost.aborted).toBe(false)
    expect(await readHolder('renewed')).toBe('run 1')
    await hold.release()
  })

  test('that another holds all the time is named when the time is up', async () => {
    const hold = await acquire(bed, 'held', 'run 1')
    const ended = new AbortController()
    const waiting = acquire(bed, 'held', 'run 2', ended.signal, () => {
      ended.abort(new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }))
    })
    await expect(waiting).rejects.toMatchObject({
      code: 'E_LOCK_HELD',
      message: expect.stringMatching(/is held by run 1/) as string,
    })
    await hold.release()
  })
})
