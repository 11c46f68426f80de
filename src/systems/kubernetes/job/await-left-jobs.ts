import type { Cluster, LeftJob } from '../cluster.ts'
import type { Connected } from '../connected.ts'
import { known } from '../discovery/api-resource.ts'
import { isTrue } from '../status/job.ts'
import type { Job } from '../status/objects.ts'
import { listObjects } from '../watch/list-objects.ts'
import { removeJob } from './remove-job.ts'

/** Milliseconds. */
const LOOK_INTERVAL = 1_000

/** See `Cluster.awaitLeftJobs`. */
export async function awaitLeftJobs(
  { client, clock }: Connected,
  { namespace, labelSelector, signal, onWaiting }: Parameters<Cluster['awaitLeftJobs']>[0],
): Promise<readonly LeftJob[]> {
  const list = async (): Promise<readonly Job[]> => {
    const selection = { resource: known.jobs, namespace, labelSelector }
    return (await listObjects(client, selection, signal)).items
  }
  const found = (await list()).filter((job) => !hasEnded(job))
  for (const job of found.filter(isSuspended))
    await removeJob(client, { ...job, metadata: { ...job.metadata, namespace } }, signal)
  const waitedFor = found.filter((job) => !isSuspended(job))
  if (waitedFor.length === 0) return []
  onWaiting(waitedFor.map((job) => job.metadata.name))
  for (;;) {
    const now = new Map((await list()).map((job) => [job.metadata.uid, job]))
    const left = waitedFor.map((job) => ({
      name: job.metadata.name,
      ended: endOf(now.get(job.metadata.uid)),
    }))
    const ended = left.filter((each): each is LeftJob => each.ended !== undefined)
    if (ended.length === left.length) return ended
    await clock.sleep(LOOK_INTERVAL, signal)
  }
}

function endOf(job: Job | undefined): LeftJob['ended'] | undefined {
  if (job === undefined) return 'gone'
  if (isTrue(job, 'Complete')) return 'complete'
  return isTrue(job, 'Failed') ? 'failed' : undefined
}

function hasEnded(job: Job): boolean {
  return endOf(job) !== undefined
}

function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true
}
