import { aboutOf, ownedBy } from './belonging.ts'
import { findCondition, type Job, type KubernetesEvent } from './objects.ts'
import { judgeRefusedPods } from './creation.ts'
import { judgePod } from './pod.ts'
import { done, type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

/**
 * A Job is done by its condition Complete and failed by its condition Failed, by nothing else: `status.active` and
 * `startTime` say nothing of its end. Crashes of its pods are counted by the Job itself.
 */
export function judgeJob(world: World): ObjectStatus {
  const job = world.object as Job
  const { status = {}, metadata } = job
  const pods = ownedBy(world.pods, metadata.uid)
  if (isTrue(job, 'Complete')) return { done: true, text: 'completed', symptoms: [], pods }
  const { active = 0, succeeded = 0, failed = 0 } = status
  const text =
    job.spec?.suspend === true ? 'suspended' : `${active} active, ${succeeded} succeeded, ${failed} failed`
  return { done: false, text, symptoms: jobSymptoms(world, job), pods }
}

function jobSymptoms(world: World, job: Job): readonly Symptom[] {
  const failure = findCondition(job.status?.conditions, 'Failed')
  if (failure?.status === 'True') {
    const { reason = 'Failed', message = 'the Job failed' } = failure
    return [{ key: `${job.metadata.uid ?? ''}/failed`, graceMs: 0, reason, text: message }]
  }
  const pods = ownedBy(world.pods, job.metadata.uid)
  return [
    ...((job.status?.active ?? 0) < (job.spec?.parallelism ?? 1) ? judgeRefusedPods(world) : []),
    ...pods.flatMap((pod) => judgePod(pod, world, { crashes: false })),
  ]
}

/** What the controller of Jobs says when it gives one up. */
const failures: readonly string[] = [
  'BackoffLimitExceeded',
  'DeadlineExceeded',
  'PodFailurePolicy',
  'FailedIndexes',
]

/**
 * How a Job ended that was removed since, by its ttl: from what it said last, else from the events about it. Pure.
 *
 * @returns undefined when nothing is known of its end
 */
export function judgeGoneJob(
  uid: string | undefined,
  last: Job | undefined,
  events: readonly KubernetesEvent[],
): ObjectStatus | undefined {
  const told = aboutOf(events, uid)
  if ((last !== undefined && isTrue(last, 'Complete')) || told.some(({ reason }) => reason === 'Completed')) {
    return done('completed, and removed by its ttl')
  }
  const failure = findCondition(last?.status?.conditions, 'Failed')
  const event = told.find(({ reason = '' }) => failures.includes(reason))
  const { reason, message } = failure?.status === 'True' ? failure : (event ?? {})
  if (reason === undefined) return undefined
  const text = `${message ?? 'the Job failed'}; its ttl has removed it since`
  return waiting('failed, and removed by its ttl', [{ key: `${uid ?? ''}/failed`, graceMs: 0, reason, text }])
}

export function isTrue(job: Job, type: 'Complete' | 'Failed' | 'Suspended'): boolean {
  return findCondition(job.status?.conditions, type)?.status === 'True'
}
