import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { LeaseHold } from '../cluster.ts'
import { holdLease } from './hold-lease.ts'
import { createLeaseApi } from './lease-api.ts'
import { isHeldBy, isMarkedBy, holderOf, type LeaseNames, takenLease } from './lease-record.ts'
import { explainLoss } from './lost-lock.ts'

/**
 * Takes a lease again that was lost while nobody else had it: the server did not answer, somebody freed it by hand or
 * deleted it. Who else has held it in the meantime may have deployed, so then it is not taken, though it may be free now.
 *
 * @param names of the hold that was lost
 * @throws StagegateError E_LOCK_LOST when another has it, or has had it; E_KUBE_*
 */
export async function regainLease(
  client: ApiClient,
  clock: Clock,
  names: LeaseNames,
  signal: AbortSignal,
): Promise<LeaseHold> {
  const next: LeaseNames = { ...names, hold: randomUUID() }
  const api = createLeaseApi(client, next)
  for (;;) {
    const sent = clock.monotonic()
    const found = await api.read(signal)
    // The answer to our own write was lost.
    const isTaken = found !== undefined && isHeldBy(found, next)
    if (found !== undefined && !isTaken) {
      const isOurs = isMarkedBy(found, names.hold)
      const holder = holderOf(found)
      if (!isOurs || (holder !== undefined && holder !== names.holder)) throw explainLoss(names, found)
    }
    const lease = isTaken
      ? found
      : await (found === undefined
          ? api.create(takenLease(next, clock.now(), undefined), signal)
          : api.replace(takenLease(next, clock.now(), found), signal))
    if (lease !== undefined && isHeldBy(lease, next))
      return holdLease({ client, api, names: next, clock, lease, since: sent, tookOverFrom: undefined })
    await clock.sleep(100, signal)
  }
}
