import { aboutOf } from './belonging.ts'
import { eventCount, findCondition, findNewest, type KubernetesEvent, type ReplicaSet } from './objects.ts'
import type { Baseline, Symptom, World } from './status.ts'

/**
 * How long a refusal to create pods may last before it is certain, in milliseconds. Quotas are freed by old pods that
 * end, webhooks come up, a service account is seen a moment later; policies stay. A webhook or policy that denies may say
 * anything, so that its denial is looked for before all words that it could use. Pure.
 *
 * @param message of the event or condition FailedCreate
 * @param replaces whether old pods are still to end
 */
export function creationGrace(message: string, replaces: boolean): number {
  if (/denied the request|ValidatingAdmissionPolicy|violates PodSecurity/.test(message)) return 1_000
  if (message.includes('exceeded quota')) return replaces ? 20_000 : 2_000
  if (/failed calling webhook|connection refused|timeout|context deadline/i.test(message)) return 30_000
  if (/service account|serviceaccount/i.test(message)) return 5_000
  if (/is forbidden|is invalid/.test(message)) return 1_000
  return 15_000
}

/**
 * A ReplicaSet that may not create pods says so by a condition, which outlives its cause until the controller tries again:
 * one that was there before the watch counts only when a new event repeats it. (New attempts come after 5 ms, 10 ms, and
 * so on twice as late each time: what is fresh is repeated soon.) Pure.
 */
export function judgeRefusal(
  replicaSet: ReplicaSet,
  { events, baseline }: Pick<World, 'events' | 'baseline'>,
  replaces: boolean,
): readonly Symptom[] {
  const uid = replicaSet.metadata.uid ?? ''
  const failure = findCondition(replicaSet.status?.conditions, 'ReplicaFailure')
  if (failure?.status !== 'True') return []
  const fresh = newestRefusal(uid, events, baseline)
  const isOld = baseline.refused.get(uid) === failure.lastTransitionTime
  if (isOld && fresh === undefined) return []
  const { reason = 'FailedCreate' } = failure
  const message = (isOld ? fresh?.message : failure.message) ?? reason
  return [{ key: `${uid}/create`, graceMs: creationGrace(message, replaces), reason, text: message }]
}

/**
 * StatefulSets, DaemonSets and Jobs have no condition for pods that they may not create: only their events tell. Those
 * of before the watch do not count. Pure.
 */
export function judgeRefusedPods({ object, events, baseline }: World): readonly Symptom[] {
  const uid = object.metadata.uid ?? ''
  const refusal = newestRefusal(uid, events, baseline)
  if (refusal === undefined) return []
  const { message: text = '' } = refusal
  return [{ key: `${uid}/create`, graceMs: creationGrace(text, false), reason: 'FailedCreate', text }]
}

function newestRefusal(
  uid: string,
  events: readonly KubernetesEvent[],
  baseline: Baseline,
): KubernetesEvent | undefined {
  const refusals = aboutOf(events, uid).filter(({ reason }) => reason === 'FailedCreate')
  return findNewest(
    refusals.filter((event) => eventCount(event) > (baseline.events.get(event.metadata.uid ?? '') ?? 0)),
  )
}
