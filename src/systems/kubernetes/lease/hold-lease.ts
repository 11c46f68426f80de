import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { LeaseHold } from '../cluster.ts'
import type { LeaseApi } from './lease-api.ts'
import { freedLease, isHeldBy, type LeaseNames, type LeaseRecord, renewedLease } from './lease-record.ts'
import { explainLoss, isCertainLoss, unreachable } from './lost-lock.ts'
import { regainLease } from './regain-lease.ts'

/** Milliseconds. */
const RENEW_INTERVAL = 20_000
/** After a failed renewal. */
const RETRY_INTERVAL = 3_000
/** For one renewal, retries included. */
const RENEW_TIME = 10_000
/**
 * Without a renewal for this time the lease is given up, well before another may take it: clocks may run at rates that
 * differ (client-go: the renew deadline is shorter than the duration).
 */
const GIVE_UP_AFTER = 40_000
const RELEASE_TIME = 4_000

export interface HoldOptions {
  /** For when it has to be taken again. */
  readonly client: ApiClient
  readonly api: LeaseApi
  readonly names: LeaseNames
  readonly clock: Clock
  /** As it was stored when it was taken. */
  readonly lease: LeaseRecord
  /** When the request was sent that took it; milliseconds of the monotonic clock. */
  readonly since: number
  readonly tookOverFrom: string | undefined
}

/** Renews a lease until it is released; aborts `lost` when another has it or may soon have it. */
export function holdLease({ client, api, names, clock, lease, since, tookOverFrom }: HoldOptions): LeaseHold {
  const lost = new AbortController()
  const released = new AbortController()
  let current = lease
  let renewedAt = since

  const renewing = keepRenewing().catch((thrown: unknown) => {
    if (!released.signal.aborted) lose(thrown)
  })
  let releasing: Promise<void> | undefined

  async function keepRenewing(): Promise<void> {
    let pause = RENEW_INTERVAL
    for (;;) {
      await clock.sleep(pause, released.signal)
      const sent = clock.monotonic()
      try {
        await within(RENEW_TIME, renew)
        renewedAt = sent
        pause = RENEW_INTERVAL
      } catch (thrown) {
        if (isCertainLoss(thrown)) throw thrown
        if (clock.monotonic() - renewedAt + RETRY_INTERVAL > GIVE_UP_AFTER) throw thrown
        pause = RETRY_INTERVAL
      }
    }
  }

  /** A refused version may be our own write whose answer was lost: what is stored decides. */
  async function renew(signal: AbortSignal): Promise<void> {
    for (;;) {
      const stored = await api.replace(renewedLease(current, clock.now()), signal)
      if (stored !== undefined && isHeldBy(stored, names)) {
        current = stored
        return
      }
      const found = await api.read(signal)
      if (found === undefined || !isHeldBy(found, names)) throw explainLoss(names, found)
      current = found
    }
  }

  async function free(): Promise<void> {
    released.abort()
    await renewing
    if (lost.signal.aborted) return
    await within(RELEASE_TIME, async (signal) => {
      const freed = await api.replace(freedLease(current, clock.now()), signal)
      if (freed !== undefined) return
      const found = await api.read(signal)
      if (found !== undefined && isHeldBy(found, names)) {
        await api.replace(freedLease(found, clock.now()), signal)
      }
    })
  }

  async function within(milliseconds: number, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const deadline = clock.deadline(
      milliseconds,
      () => new Error(`no answer within ${milliseconds / 1000} s`),
    )
    try {
      await run(deadline.signal)
    } finally {
      deadline.clear()
    }
  }

  function lose(thrown: unknown): void {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    lost.abort(isCertainLoss(thrown) ? thrown : unreachable(names, clock.monotonic() - renewedAt, why))
  }

  return {
    lost: lost.signal,
    tookOverFrom,
    regain: (signal) => regainLease(client, clock, names, signal),
    release: () => (releasing ??= free()),
    leave() {
      released.abort()
    },
  }
}
