import { aboutOf } from './belonging.ts'
import { judgeContainer, renderCrash } from './container.ts'
import { containersOf } from './containers.ts'
import {
  eventCount,
  findCondition,
  findNewest,
  isTerminating,
  type KubernetesEvent,
  type Pod,
} from './objects.ts'
import { judgeReadiness, probeFailure } from './probes.ts'
import { judgeScheduling } from './scheduling.ts'
import type { Symptom, World } from './status.ts'

/** The kubelet tries mounts again after 0.5, 1, 2 and 4 s. Milliseconds. */
const MOUNT_GRACE = 4_000

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
  const ofPod = aboutOf(events, uid)
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

export function isReady(pod: Pod): boolean {
  return !isTerminating(pod) && findCondition(pod.status?.conditions, 'Ready')?.status === 'True'
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

/** A volume whose source does not exist keeps the pod waiting without a word in its status: only events tell. */
function judgeMounts(pod: Pod, events: readonly KubernetesEvent[]): readonly Symptom[] {
  const creating = containersOf(pod).some((each) =>
    ['ContainerCreating', 'PodInitializing'].includes(each.state?.waiting?.reason ?? ''),
  )
  if (!creating) return []
  const failed = findNewest(
    events.filter(
      ({ reason, message = '' }) =>
        reason === 'FailedMount' &&
        /not found|hostPath type check failed|references non-existent/.test(message),
    ),
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
