import type { KubernetesObject } from '../kubernetes-object.ts'
import { aboutOf } from './belonging.ts'
import type { KubernetesEvent } from './objects.ts'
import { done, type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

/** What the volume controllers say of a claim that waits for its first pod. */
export const consumerReasons: readonly string[] = ['WaitForFirstConsumer', 'WaitForPodScheduled']

/** A class or a volume may be made a moment later. Milliseconds. */
const CLASS_GRACE = 5_000
const VOLUME_GRACE = 30_000

/**
 * A claim is done when it is bound, and also while its class binds only at the first pod that uses it: waiting for that
 * would wait for a pod that is not there. Whether the pod gets its volume is told by the pod.
 */
export function judgeClaim(world: World): ObjectStatus {
  const { object } = world
  const { status, metadata } = object as Claim
  const uid = metadata.uid ?? ''
  if (status?.phase === 'Bound') return done('bound')
  if (status?.phase === 'Lost') {
    const text = 'the volume that it was bound to is gone'
    return waiting('lost', [{ key: `${uid}/lost`, graceMs: 0, reason: 'ClaimLost', text }])
  }
  const events = aboutOf(world.events, metadata.uid)
  if (bindsLate(object, world) || events.some(({ reason }) => consumerReasons.includes(reason ?? ''))) {
    return done('is bound when its first pod is scheduled')
  }
  return waiting('not bound yet', judgeBinding(uid, events))
}

function bindsLate(claim: Claim, { storageClasses }: World): boolean {
  const named = claim.spec?.storageClassName
  const found = storageClasses.find((each) => each.metadata.name === named)
  return found?.volumeBindingMode === 'WaitForFirstConsumer'
}

function judgeBinding(uid: string, events: readonly KubernetesEvent[]): readonly Symptom[] {
  const missing = events.find(
    ({ reason, message = '' }) =>
      reason === 'ProvisioningFailed' && /storageclass\S* "[^"]*" not found/.test(message),
  )
  const none = events.find(({ reason }) => reason === 'FailedBinding')
  const { reason, message } = missing ?? none ?? {}
  if (reason === undefined) return []
  const graceMs = missing === undefined ? VOLUME_GRACE : CLASS_GRACE
  return [{ key: `${uid}/binding`, graceMs, reason, text: message ?? 'no volume for it' }]
}

interface Claim extends KubernetesObject {
  readonly spec?: { readonly storageClassName?: string }
  readonly status?: { readonly phase?: string }
}
