import { managedLabel } from '../bookkeeping.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'

/** Until a holder that says nothing more has lost it, in seconds; of a lease with another duration, that one counts. */
export const LEASE_SECONDS = 60

/** Which hold of a lease it is: the holder's name alone could be that of an earlier process of the same run. */
export const HOLD_ANNOTATION = 'stagegate.dev/hold'

/** A Lease of `coordination.k8s.io/v1`, the parts that count. */
export interface LeaseRecord extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string | null
    readonly leaseDurationSeconds?: number | null
    readonly acquireTime?: string | null
    readonly renewTime?: string | null
    readonly leaseTransitions?: number | null
  }
}

/** Whose lease it is, as its holders write it; one of another is refused before it is waited for. */
export const OWNER_ANNOTATION = 'stagegate.dev/owner'

export interface LeaseNames {
  readonly namespace: string
  readonly name: string
  readonly owner: string
  readonly holder: string
  readonly hold: string
}

/** Who holds it; undefined when it is free. */
export function holderOf({ spec }: LeaseRecord): string | undefined {
  const holder = spec?.holderIdentity ?? ''
  return holder === '' ? undefined : holder
}

/** Whether it is this very hold: a holder that somebody has changed is not us, though the mark is still there. */
export function isHeldBy(lease: LeaseRecord, { holder, hold }: LeaseNames): boolean {
  return holderOf(lease) === holder && isMarkedBy(lease, hold)
}

/** Whether this hold was the last one that wrote its mark: nobody else has taken the lease since. */
export function isMarkedBy(lease: LeaseRecord, hold: string): boolean {
  return lease.metadata.annotations?.[HOLD_ANNOTATION] === hold
}

/**
 * The record of who takes a lease over, or has it first. With the version of what it replaces, so that the server
 * refuses it when somebody else was faster. Pure.
 */
export function takenLease(names: LeaseNames, now: Date, replaced: LeaseRecord | undefined): LeaseRecord {
  const before = replaced?.spec?.leaseTransitions ?? 0
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...replaced?.metadata,
      name: names.name,
      namespace: names.namespace,
      labels: { ...replaced?.metadata.labels, ...managedLabel },
      annotations: {
        ...replaced?.metadata.annotations,
        [HOLD_ANNOTATION]: names.hold,
        [OWNER_ANNOTATION]: names.owner,
      },
    },
    spec: {
      holderIdentity: names.holder,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: replaced === undefined ? 0 : before + 1,
    },
  }
}

export function renewedLease(lease: LeaseRecord, now: Date): LeaseRecord {
  return {
    ...lease,
    // Also its duration: somebody may have shortened it.
    spec: { ...lease.spec, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime(now) },
  }
}

/** Free for the next one, as client-go's ReleaseOnCancel leaves it. */
export function freedLease(lease: LeaseRecord, now: Date): LeaseRecord {
  return {
    ...lease,
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) },
  }
}

/** `metav1.MicroTime`: six digits. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z')
}
