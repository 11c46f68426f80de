import type { Cluster } from '../cluster.ts'
import type { Connected } from '../connected.ts'
import { known } from '../discovery/api-resource.ts'
import { isTrue } from '../status/job.ts'
import type { Job } from '../status/objects.ts'
import { listObjects } from '../watch/list-objects.ts'
import { removeJob } from './remove-job.ts'

/** See `Cluster.removeEndedJobs`. */
export async function removeEndedJobs(
  { client }: Pick<Connected, 'client'>,
  { namespace, labelSelector, keep, signal }: Parameters<Cluster['removeEndedJobs']>[0],
): Promise<readonly string[]> {
  const selection = { resource: known.jobs, namespace, labelSelector }
  const { items } = await listObjects(client, selection, signal)
  const ended = (items as readonly Job[])
    .filter((job) => isTrue(job, 'Complete') || isTrue(job, 'Failed'))
    .toSorted((one, other) => timeOf(other) - timeOf(one))
  const old = ended.slice(keep)
  for (const job of old) await removeJob(client, { ...job, metadata: { ...job.metadata, namespace } }, signal)
  return old.map((job) => job.metadata.name)
}

function timeOf({ metadata }: Job): number {
  return Date.parse((metadata as { readonly creationTimestamp?: string }).creationTimestamp ?? '') || 0
}
