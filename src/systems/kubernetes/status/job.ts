import { findCondition, isOwnedBy, type Job } from './objects.ts'
import { judgeRefusedPods } from './creation.ts'
import { judgePod } from './pod.ts'
import type { ObjectStatus, Symptom, World } from './status.ts'

/**
 * A Job is done by its condition Complete and failed by its condition Failed, by nothing else: `status.active` and
 * `startTime` say nothing of its end. Crashes of its pods are counted by the Job itself.
 */
export function judgeJob(world: World): ObjectStatus {
  const job = world.object as Job
  const { status = {}, metadata } = job
  const pods = world.pods.filter((pod) => isOwnedBy(pod, metadata.uid))
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
  const pods = world.pods.filter((pod) => isOwnedBy(pod, job.metadata.uid))
  return [
    ...((job.status?.active ?? 0) < (job.spec?.parallelism ?? 1) ? judgeRefusedPods(world) : []),
    ...pods.flatMap((pod) => judgePod(pod, world, { crashes: false })),
  ]
}

export function isTrue(job: Job, type: 'Complete' | 'Failed' | 'Suspended'): boolean {
  return findCondition(job.status?.conditions, type)?.status === 'True'
}
