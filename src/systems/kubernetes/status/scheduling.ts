import {
  eventCount,
  eventTime,
  findCondition,
  findNewest,
  type KubernetesEvent,
  type Pod,
} from './objects.ts'
import type { Symptom } from './status.ts'

/** A cluster that scales by itself says so within this time. Milliseconds. */
const SCHEDULE_GRACE = 30_000
/** It has said that it cannot. Milliseconds. */
const NO_SCALING_GRACE = 10_000
/** A node that was asked for is there within this time, or another one is asked for. Milliseconds. */
const SCALING_GRACE = 300_000
/** What passes by itself: a node that comes back, a volume that is being made. Milliseconds. */
const PASSING_GRACE = 120_000

/** What the Cluster Autoscaler and Karpenter say of a pod for which they bring a node. */
export const scalingReasons: readonly string[] = ['TriggeredScaleUp', 'Nominated']
/** What the Cluster Autoscaler says of a pod for which it cannot. */
export const noScalingReason = 'NotTriggerScaleUp'

/**
 * A pod that no node takes. Each node that is asked for begins its time anew, and so does a later answer that none can be
 * brought; what the object itself allows counts from the beginning. Pure.
 *
 * @param scheduleWithin what the object allows; milliseconds
 */
export function judgeScheduling(
  pod: Pod,
  ofPod: readonly KubernetesEvent[],
  scheduleWithin: number | undefined,
): readonly Symptom[] {
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled')
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return []
  const text = scheduled.message ?? 'no node takes it'
  const asked = ofPod.filter(({ reason }) => scalingReasons.includes(reason ?? ''))
  const refused = findNewest(ofPod.filter(({ reason }) => reason === noScalingReason))
  const { phase, graceMs } =
    scheduleWithin === undefined
      ? phaseOf(text, asked, refused)
      : { phase: 'allowed', graceMs: scheduleWithin }
  const key = `${pod.metadata.uid ?? ''}/unschedulable/${phase}`
  return [{ key, graceMs, reason: 'Unschedulable', text, pod }]
}

function phaseOf(
  text: string,
  asked: readonly KubernetesEvent[],
  refused: KubernetesEvent | undefined,
): { readonly phase: string; readonly graceMs: number } {
  const newest = findNewest(asked)
  const isRefused = refused !== undefined && (newest === undefined || eventTime(refused) > eventTime(newest))
  if (newest !== undefined && !isRefused) {
    const times = asked.reduce((sum, event) => sum + eventCount(event), 0)
    return { phase: `asked ${times}`, graceMs: SCALING_GRACE }
  }
  const phase = newest === undefined ? '' : 'refused'
  if (/node\.kubernetes\.io\/|unbound immediate PersistentVolumeClaims/.test(text))
    return { phase, graceMs: PASSING_GRACE }
  return { phase, graceMs: isRefused ? NO_SCALING_GRACE : SCHEDULE_GRACE }
}
