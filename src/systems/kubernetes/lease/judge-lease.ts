import { holderOf, LEASE_SECONDS, type LeaseRecord } from './lease-record.ts'

/** What was seen of a lease, and since when it is the same; milliseconds of our own monotonic clock. */
export interface Sighting {
  readonly version: string | undefined
  readonly since: number
}

export type LeaseVerdict = { readonly free: true } | { readonly free: false; readonly holder: string }

/** What is seen now, in the light of what was seen before. Pure. */
export function sight(lease: LeaseRecord, before: Sighting | undefined, now: number): Sighting {
  const version = lease.metadata.resourceVersion
  return before?.version === version && before !== undefined ? before : { version, since: now }
}

/**
 * Whether a lease may be taken: nobody holds it, or its holder has not renewed it for the whole of its duration while
 * we looked. No time written by another machine is believed; clocks may differ (client-go's rule). Pure.
 */
export function judgeLease(lease: LeaseRecord, sighting: Sighting, now: number): LeaseVerdict {
  const holder = holderOf(lease)
  if (holder === undefined) return { free: true }
  const seconds = lease.spec?.leaseDurationSeconds ?? LEASE_SECONDS
  return now - sighting.since > seconds * 1000 ? { free: true } : { free: false, holder }
}
