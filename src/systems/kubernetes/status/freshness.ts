import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Condition } from './objects.ts'
import type { World } from './status.ts'

/** A controller that is at work has looked at a change within this time. Milliseconds. */
export const CONTROLLER_TIME = 5_000

export const UNSEEN = 'waiting for its controller to see the change'

/** Which generation a status is of; undefined where its controller does not say so. Argo Rollouts write it as text. */
export function observedGeneration({ status }: KubernetesObject): number | undefined {
  const { observedGeneration: value } = (status ?? {}) as { readonly observedGeneration?: unknown }
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

/** Whether a status says itself that it is of an earlier generation. */
export function isUnseen(object: KubernetesObject): boolean {
  return (observedGeneration(object) ?? Infinity) < (object.metadata.generation ?? 0)
}

/** The conditions of an object, without those that say themselves that they are of an earlier generation. */
export function currentConditions({ status, metadata }: KubernetesObject): readonly Condition[] {
  const { conditions } = (status ?? {}) as { readonly conditions?: unknown }
  const { generation = 0 } = metadata
  const told = Array.isArray(conditions) ? (conditions as readonly Condition[]) : []
  return told.filter((each) => (each.observedGeneration ?? generation) >= generation)
}

/**
 * Whether what a status says may be of before this rollout: it was there when the object was changed, and nothing says
 * that its controller has looked since. Times of the server have whole seconds.
 *
 * @param condition what is believed; one that has turned since, or says of which generation it is, is of now
 */
export function mayBeStale(
  { object, writtenAt }: Pick<World, 'object' | 'writtenAt'>,
  condition?: Condition,
): boolean {
  if (writtenAt === undefined || observedGeneration(object) !== undefined) return false
  if (condition?.observedGeneration !== undefined) return false
  // Made and changed again within one second is changed.
  if ((object.metadata.generation ?? 1) === 1 && isMadeSince(object, writtenAt)) return false
  return !(timeOf(condition?.lastTransitionTime) > timeOf(writtenAt))
}

/** Whether an object was made at a moment of the server's clock, or later. */
export function isMadeSince({ metadata }: KubernetesObject, since: string): boolean {
  return isSince(metadata.creationTimestamp as string | undefined, since)
}

/** Whether one time of the server is not before another; not known is before. */
export function isSince(time: string | undefined, since: string): boolean {
  return timeOf(time) >= timeOf(since)
}

/** Not a number for what is none: it is neither before nor after. */
function timeOf(time: string | undefined): number {
  return Date.parse(time ?? '')
}
