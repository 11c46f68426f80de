import { randomUUID } from 'node:crypto'
import { StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { Cluster, LeaseHold } from '../cluster.ts'
import { isTimeout } from '../deadlines.ts'
import { holdLease } from './hold-lease.ts'
import { judgeLease, sight, type Sighting } from './judge-lease.ts'
import { createLeaseApi, type LeaseApi } from './lease-api.ts'
import {
  holderOf,
  isHeldBy,
  type LeaseNames,
  type LeaseRecord,
  OWNER_ANNOTATION,
  takenLease,
} from './lease-record.ts'

type Options = Parameters<Cluster['acquireLease']>[0]

/** While another holds it. Milliseconds. */
const POLL_INTERVAL = 2_000

/** Takes a lease, waiting for whoever holds it; holds it by renewals until it is released or lost. */
export async function acquireLease(
  client: ApiClient,
  clock: Clock,
  { namespace, name, holder, owner, check, signal, onWaiting }: Options,
): Promise<LeaseHold> {
  const names: LeaseNames = { namespace, name, holder, owner, hold: randomUUID() }
  const api = createLeaseApi(client, names)
  let sighting: Sighting | undefined
  let told: string | undefined
  try {
    for (;;) {
      const sent = clock.monotonic()
      const found = await api.read(signal)
      if (found !== undefined && isHeldBy(found, names)) return hold(found, undefined, sent)
      check(found?.metadata.annotations?.[OWNER_ANNOTATION])
      sighting = found && sight(found, sighting, clock.monotonic())
      const verdict =
        found && sighting ? judgeLease(found, sighting, clock.monotonic()) : { free: true as const }
      if (verdict.free) {
        const taken = await take(api, names, found, clock, signal)
        // What is stored decides, not that something was answered.
        if (taken !== undefined && isHeldBy(taken, names)) return hold(taken, found && holderOf(found), sent)
      } else {
        if (told !== verdict.holder) onWaiting(verdict.holder)
        told = verdict.holder
      }
      await clock.sleep(verdict.free ? 100 * clock.random() : POLL_INTERVAL, signal)
    }
  } catch (thrown) {
    if (!isTimeout(signal) || thrown !== signal.reason || told === undefined) throw thrown
    throw new StagegateError('E_LOCK_HELD', { message: `The lock ${namespace}/${name} is held by ${told}.` })
  }

  function hold(lease: LeaseRecord, tookOverFrom: string | undefined, since: number): LeaseHold {
    return holdLease({ client, api, names, clock, lease, since, tookOverFrom })
  }
}

/** The first, or in the place of what was found; undefined when somebody else was faster. */
function take(
  api: LeaseApi,
  names: LeaseNames,
  found: LeaseRecord | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<LeaseRecord | undefined> {
  const lease = takenLease(names, clock.now(), found)
  return found === undefined ? api.create(lease, signal) : api.replace(lease, signal)
}
