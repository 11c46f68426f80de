import { judgeContainer, renderCrash } from './container.ts'
import { eventCount, findCondition, isTerminating, type KubernetesEvent, type Pod } from './objects.ts'
import type { Baseline, Symptom } from './status.ts'

/** A cluster that scales by itself says so within this time. Milliseconds. */
const SCHEDULE_GRACE = 30_000

/** The kubelet tries mounts again after 0.5, 1, 2 and 4 s. Milliseconds. */
const MOUNT_GRACE = 4_000

/** What the Cluster Autoscaler and Karpenter say of a pod for which they bring a node. */
export const scalingReasons: readonly string[] = ['TriggeredScaleUp', 'Nominated']

/**
 * A container without a readiness probe counts as ready while it crashes, until the kubelet looks again; after a
 * crash, until its back-off of 10 s is over. Milliseconds.
 */
const SETTLE_TIME = 3_000
const SETTLE_TIME_AFTER_CRASH = 12_000

export interface PodOptions {
  /** Whether crashes are judged here; those of a Job's pods are counted by the Job. */
  readonly crashes: boolean
}

/** Why a pod cannot get ready. Pure. */
export function judgePod(
  pod: Pod,
  events: readonly KubernetesEvent[],
  baseline: Baseline,
  { crashes }: PodOptions = { crashes: true },
): readonly Symptom[] {
  const uid = pod.metadata.uid ?? ''
  if (isTerminating(pod) || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return []
  const ofPod = events.filter((event) => event.involvedObject?.uid === uid)
  const symptoms = containersOf(pod).flatMap((status): Symptom[] => {
    const found = judgeContainer(status, baseline.restarts.get(`${uid}/${status.name}`) ?? 0)
    if (found === undefined || (found.trouble === 'crash' && !crashes)) return []
    const { trouble, reason, text, graceMs } = found
    return [{ key: `${uid}/${status.name}/${trouble}`, graceMs, reason, text, pod, container: status.name }]
  })
  return [...symptoms, ...judgeScheduling(pod, ofPod), ...judgeMounts(pod, ofPod)]
}

/**
 * How long pods have to stay ready until that means something: no time where probes say so, or where they ran before
 * the watch began.
 */
export function settleTime(pods: readonly Pod[], baseline: Baseline): number {
  const times = pods.flatMap((pod) =>
    (pod.spec?.containers ?? []).map(({ name, readinessProbe }) => {
      if (readinessProbe !== undefined) return 0
      const status = containersOf(pod).find((each) => each.name === name)
      if ((status?.lastState?.terminated?.exitCode ?? 0) !== 0) return SETTLE_TIME_AFTER_CRASH
      return baseline.ready.has(`${pod.metadata.uid ?? ''}/${name}`) ? 0 : SETTLE_TIME
    }),
  )
  return Math.max(0, ...times)
}

export function isReady(pod: Pod): boolean {
  return !isTerminating(pod) && findCondition(pod.status?.conditions, 'Ready')?.status === 'True'
}

export function containersOf(
  pod: Pod,
): readonly NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number][] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
}

/** What a pod that is not ready waits for, one line for each container; nothing for a ready one. */
export function describePod(pod: Pod): readonly string[] {
  if (isReady(pod)) return []
  const name = `pod ${pod.metadata.name}`
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled')
  if (scheduled?.status === 'False')
    return [`${name}: ${scheduled.reason ?? 'not scheduled'}: ${scheduled.message ?? ''}`]
  const waiting = containersOf(pod).filter(
    (each) => each.ready !== true && each.state?.terminated?.exitCode !== 0,
  )
  if (waiting.length === 0) return [`${name}: ${pod.status?.reason ?? pod.status?.phase ?? 'no status yet'}`]
  return waiting.map((status) => {
    const { state, restartCount = 0 } = status
    const what =
      state?.running !== undefined && restartCount === 0
        ? 'running, not ready'
        : (state?.waiting?.message ?? renderCrash(status))
    return `${name}, container ${status.name}: ${what}`
  })
}

function judgeScheduling(pod: Pod, events: readonly KubernetesEvent[]): readonly Symptom[] {
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled')
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return []
  if (events.some((event) => scalingReasons.includes(event.reason ?? ''))) return []
  const text = scheduled.message ?? 'no node takes it'
  return [
    {
      key: `${pod.metadata.uid ?? ''}/unschedulable`,
      graceMs: SCHEDULE_GRACE,
      reason: 'Unschedulable',
      text,
      pod,
    },
  ]
}

/** A volume whose source does not exist keeps the pod waiting without a word in its status: only events tell. */
function judgeMounts(pod: Pod, events: readonly KubernetesEvent[]): readonly Symptom[] {
  const creating = containersOf(pod).some((each) =>
    ['ContainerCreating', 'PodInitializing'].includes(each.state?.waiting?.reason ?? ''),
  )
  if (!creating) return []
  const failed = events.find(
    ({ reason, message = '' }) =>
      reason === 'FailedMount' &&
      /not found|hostPath type check failed|references non-existent/.test(message),
  )
  if (failed === undefined || eventCount(failed) < 2) return []
  const key = `${pod.metadata.uid ?? ''}/mount`
  return [
    {
      key,
      graceMs: MOUNT_GRACE,
      reason: 'FailedMount',
      text: failed.message ?? 'a volume cannot be mounted',
      pod,
    },
  ]
}
