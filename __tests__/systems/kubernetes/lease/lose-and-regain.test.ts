import { beforeEach, describe, expect, test } from 'vitest'
import type { LeaseHold } from '../../../../src/systems/kubernetes/cluster.ts'
import { acquireLease } from '../../../../src/systems/kubernetes/lease/acquire-lease.ts'
import { HOLD_ANNOTATION } from '../../../../src/systems/kubernetes/lease/lease-record.ts'

import { LeaseServer } from './lease-server.ts'
import { createSteppingClock, type SteppingClock } from './stepping-clock.ts'

const never = new AbortController().signal
let server: LeaseServer
let clock: SteppingClock
let hold: LeaseHold

beforeEach(async () => {
  server = new LeaseServer()
  clock = createSteppingClock()
  hold = await acquire('run 1')
})

function acquire(
  holder: string,
  check: (owner: string | undefined) => void = () => undefined,
): Promise<LeaseHold> {
  return acquireLease(server.client, clock, {
    namespace: 'staging',
    name: 'lock',
    holder,
    owner: 'acme/shop:api',
    check,
    signal: never,
    onWaiting: () => undefined,
  })
}

/** Another run takes the lease over, as after an expiry. */
function takeOver(holder: string): void {
  const { stored } = server
  if (stored === undefined) throw new Error('there is no lease')
  server.write({
    ...stored,
    metadata: { ...stored.metadata, annotations: { [HOLD_ANNOTATION]: `hold of ${holder}` } },
    spec: { ...stored.spec, holderIdentity: holder },
  })
}

function edit(spec: object): void {
  if (server.stored === undefined) throw new Error('there is no lease')
  server.write({ ...server.stored, spec: { ...server.stored.spec, ...spec } })
}

/** So long that a renewal was tried; the lease is lost by then. */
async function lose(milliseconds = 25_000): Promise<void> {
  await clock.advance(milliseconds)
  expect(hold.lost.aborted).toBe(true)
}

describe('a lock that is lost', () => {
  test.each([
    {
      how: 'was taken over',
      act: () => {
        takeOver('run 2')
      },
      code: 'E_LOCK_LOST',
      message: 'The lock staging/lock was lost: run 2 holds it now.',
      regained: false,
    },
    {
      how: 'was taken over and freed again',
      act: () => {
        takeOver('run 2')
        edit({ holderIdentity: '' })
      },
      code: 'E_LOCK_LOST',
      message: 'The lock staging/lock was lost: another run has held it since.',
      regained: false,
    },
    {
      how: 'was given another holder by hand',
      act: () => {
        edit({ holderIdentity: 'maintenance by Bob' })
      },
      code: 'E_LOCK_LOST',
      message:
        'The lock staging/lock was lost: somebody has changed its holder, maintenance by Bob holds it now.',
      regained: false,
    },
    {
      how: 'was freed by hand',
      act: () => {
        edit({ holderIdentity: '' })
      },
      code: 'E_LOCK_REMOVED',
      message: 'The lock staging/lock was freed by somebody while the run held it.',
      regained: true,
    },
    {
      how: 'was deleted',
      act: () => {
        server.stored = undefined
      },
      code: 'E_LOCK_REMOVED',
      message: 'The lock staging/lock was deleted while the run held it.',
      regained: true,
    },
  ])('$how', async ({ act, code, message, regained }) => {
    act()
    await lose()
    expect(hold.lost.reason).toMatchObject({ code, message })
    if (regained) {
      const again = await hold.regain(never)
      expect(server.stored?.spec?.holderIdentity).toBe('run 1')
      await again.release()
      expect(server.stored?.spec?.holderIdentity).toBe('')
    } else {
      const writes = server.writes.length
      await expect(hold.regain(never)).rejects.toMatchObject({ code: 'E_LOCK_LOST', message })
      expect(server.writes).toHaveLength(writes)
    }
  })

  test('because the server did not answer is given up in time, and taken again when it answers', async () => {
    server.isSilent = true
    await lose(45_000)
    expect(hold.lost.reason).toMatchObject({
      code: 'E_LOCK_UNREACHABLE',
      message: expect.stringMatching(
        /^The lock staging\/lock could not be renewed for \d+ s and is given up: no answer within 10 s$/,
      ) as string,
    })
    server.isSilent = false
    const again = await hold.regain(never)
    await clock.advance(120_000)
    expect(again.lost.aborted).toBe(false)
    await again.release()
  })

  test('because the server did not answer is not taken again when another has it by then', async () => {
    server.isSilent = true
    await lose(45_000)
    server.isSilent = false
    takeOver('run 2')
    await expect(hold.regain(never)).rejects.toMatchObject({
      code: 'E_LOCK_LOST',
      message: 'The lock staging/lock was lost: run 2 holds it now.',
    })
    expect(server.stored?.spec?.holderIdentity).toBe('run 2')
  })

  test('is not freed by who has lost it', async () => {
    takeOver('run 2')
    await lose()
    await hold.release()
    expect(server.stored?.spec?.holderIdentity).toBe('run 2')
  })
})

describe('a renewal', () => {
  test('writes its own duration, whatever somebody made of it', async () => {
    edit({ leaseDurationSeconds: 2 })
    await clock.advance(25_000)
    expect(hold.lost.aborted).toBe(false)
    expect(server.stored?.spec?.leaseDurationSeconds).toBe(60)
    await hold.release()
  })
})

describe('a lock that another service has', () => {
  test('is refused at once by whose it is, not waited for', async () => {
    const seen: (string | undefined)[] = []
    const refused = acquire('run 2', (owner) => {
      seen.push(owner)
      throw new Error('it belongs to another')
    })
    await expect(refused).rejects.toThrow('it belongs to another')
    expect(seen).toEqual(['acme/shop:api'])
    await hold.release()
  })
})

describe('a write that is answered with the lease of another', () => {
  test('does not make a holder of who asked: what is stored decides', async () => {
    await hold.release()
    server.lies = 1
    const asking = acquire('run 2')
    await clock.advance(1000)
    const next = await asking
    expect(server.stored?.spec?.holderIdentity).toBe('run 2')
    expect(next.lost.aborted).toBe(false)
    await next.release()
  })

  test('is no renewal, and the next one is', async () => {
    server.lies = 1
    await clock.advance(25_000)
    expect(hold.lost.aborted).toBe(false)
    expect(server.stored?.spec?.holderIdentity).toBe('run 1')
    await hold.release()
    expect(server.stored?.spec?.holderIdentity).toBe('')
  })
})
