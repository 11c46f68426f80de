import { judgeContainer, renderCrash } from './container.ts'
import { eventCount, findCondition, isTerminating, type KubernetesEvent, type Pod } from './objects.ts'
import { judgeReadiness, probeFailure, windowOf } from './probes.ts'
import type { ObjectStatus, Symptom, World } from './status.ts'

/** A cluster that scales by itself says so within this time. Milliseconds. */
const SCHEDULE_GRACE = 30_000
/** It has said that it cannot. Milliseconds. */
const NO_SCALING_GRACE = 10_000
/** What passes by itself: a node that comes back, a volume that is being made. Milliseconds. */
const PASSING_GRACE = 120_000

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
/** A liveness probe kills by Kubernetes' defaults within this time. Milliseconds. */
const SETTLE_TIME_AT_MOST = 30_000

export interface PodOptions {
  /** Whether crashes are judged here; those of a Job's pods are counted by the Job. */
  readonly crashes: boolean
}

/** Why a pod cannot get ready. Pure. */
export function judgePod(
  pod: Pod,
  { events, baseline, rules }: Pick<World, 'events' | 'baseline' | 'rules'>,
  { crashes }: PodOptions = { crashes: true },
): readonly Symptom[] {
  const uid = pod.metadata.uid ?? ''
  if (isTerminating(pod) || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return []
  const ofPod = events.filter((event) => event.involvedObject?.uid === uid)
  const symptoms = containersOf(pod).flatMap((status): Symptom[] => {
    const restartsBefore = baseline.restarts.get(`${uid}/${status.name}`) ?? 0
    const found = judgeContainer(status, restartsBefore, rules.restartsAllowed)
    if (found === undefined || (found.trouble === 'crash' && !crashes)) return []
    const { trouble, reason, graceMs } = found
    const text = trouble === 'crash' ? withProbe(found.text, status.name, ofPod) : found.text
    return [{ key: `${uid}/${status.name}/${trouble}`, graceMs, reason, text, pod, container: status.name }]
  })
  return [
    ...symptoms,
    ...judgeScheduling(pod, ofPod, rules.scheduleWithin),
    ...judgeMounts(pod, ofPod),
    ...judgeReadiness(pod, ofPod, { rules }),
  ]
}

/** A container that the kubelet killed has not crashed by itself: the probe that failed is named. */
function withProbe(text: string, container: string, ofPod: readonly KubernetesEvent[]): string {
  const failure = probeFailure(ofPod, container, 'Liveness') ?? probeFailure(ofPod, container, 'Startup')
  return failure?.message === undefined ? text : `${text}, killed by the kubelet: ${failure.message}`
}

/**
 * How long pods have to stay ready until that means something: no time where readiness probes say so, or where they ran
 * before the watch began; as long as a liveness probe takes where there is only that one, and longer once it has failed.
 */
export function settle(
  pods: readonly Pod[],
  { baseline, events }: Pick<World, 'baseline' | 'events'>,
): Required<Pick<ObjectStatus, 'settleMs' | 'settleKey'>> {
  const times = pods.flatMap((pod) => {
    const uid = pod.metadata.uid ?? ''
    const fresh = events.filter(
      (event) =>
        event.involvedObject?.uid === uid &&
        eventCount(event) > (baseline.events.get(event.metadata.uid ?? '') ?? 0),
    )
    return (pod.spec?.containers ?? []).map(({ name, readinessProbe, livenessProbe }) => {
      if (probeFailure(fresh, name, 'Liveness') !== undefined) return SETTLE_TIME_AT_MOST
      if (readinessProbe !== undefined) return 0
      const status = containersOf(pod).find((each) => each.name === name)
      const crashed = (status?.lastState?.terminated?.exitCode ?? 0) !== 0
      if (!crashed && baseline.ready.has(`${uid}/${name}`)) return 0
      const alive = livenessProbe === undefined ? 0 : windowOf(livenessProbe)
      return Math.max(crashed ? SETTLE_TIME_AFTER_CRASH : SETTLE_TIME, Math.min(alive, SETTLE_TIME_AT_MOST))
    })
  })
  const restarts = pods.flatMap((pod) =>
    containersOf(pod).map(
      ({ name, restartCount = 0 }) => `${pod.metadata.uid ?? ''}/${name}/${restartCount}`,
    ),
  )
  return { settleMs: Math.max(0, ...times), settleKey: restarts.sort().join(' ') }
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

function judgeScheduling(
  pod: Pod,
  events: readonly KubernetesEvent[],
  scheduleWithin: number | undefined,
): readonly Symptom[] {
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled')
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return []
  if (events.some((event) => scalingReasons.includes(event.reason ?? ''))) return []
  const text = scheduled.message ?? 'no node takes it'
  const key = `${pod.metadata.uid ?? ''}/unschedulable`
  const graceMs = scheduleWithin ?? scheduleGrace(text, events)
  return [{ key, graceMs, reason: 'Unschedulable', text, pod }]
}

function scheduleGrace(text: string, events: readonly KubernetesEvent[]): number {
  if (/node\.kubernetes\.io\/|unbound immediate PersistentVolumeClaims/.test(text)) return PASSING_GRACE
  return events.some(({ reason }) => reason === 'NotTriggerScaleUp') ? NO_SCALING_GRACE : SCHEDULE_GRACE
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
