import { StagegateError } from '../../../errors/index.ts'
import { patchObject } from '../apply/patch-object.ts'
import type { Cluster, JobResult } from '../cluster.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Manifest } from '../manifest-set.ts'
import type { Connected } from '../connected.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import { isTrue } from '../status/job.ts'
import type { Job } from '../status/objects.ts'
import { awaitJob } from './await-job.ts'
import { prepareJob, SPEC_HASH } from './prepare-job.ts'

type Options = Parameters<Cluster['runJob']>[1]

/**
 * Runs a Job to its end. One of the same content that is done is not run again, one that still goes on (left by a run
 * that was ended) is waited for, one that failed is replaced.
 *
 * @throws StagegateError E_KUBE_CONFLICT when another Job of its name goes on, and what `awaitJob` throws
 */
export async function runJob(
  connected: Connected,
  manifest: Manifest,
  { owned, signal, onLog, onStart }: Options,
): Promise<JobResult> {
  const { client } = connected
  const job = prepareJob(manifest)
  const path = resourcePath(known.jobs, job.metadata)
  const title = `Job ${job.metadata.namespace}/${job.metadata.name}`

  const existing = await read()
  if (existing === undefined) return awaitJob(connected, await release(await create()), { signal, onLog })
  const isSame = existing.metadata.annotations?.[SPEC_HASH] === job.metadata.annotations[SPEC_HASH]
  if (isSame && isTrue(existing, 'Complete')) {
    const result = await awaitJob(connected, existing, { signal, onLog: () => undefined })
    return { ...result, already: true }
  }
  if (isTrue(existing, 'Complete') || isTrue(existing, 'Failed')) {
    await removeAndWait()
    return awaitJob(connected, await release(await create()), { signal, onLog })
  }
  if (!isSame) {
    throw new StagegateError('E_KUBE_CONFLICT', {
      message: `${title} exists with other content and has not ended.`,
      state: 'Nothing was run.',
      next: 'Wait for it to end, or delete it.',
    })
  }
  if (existing.spec?.suspend !== true) onStart?.()
  const going = existing.spec?.suspend === true ? await release(existing) : existing
  return awaitJob(connected, going, { signal, onLog })

  async function read(): Promise<Job | undefined> {
    const { status, body } = await client.send({
      method: 'GET',
      path,
      signal,
      purpose: `get ${title}`,
      allow: [404],
    })
    return status === 404 ? undefined : (body as Job)
  }

  /** Suspended: a pod never starts without what it reads. */
  function create(): Promise<Job> {
    return write({ ...job, spec: { ...job.spec, suspend: true } })
  }

  async function release(suspended: Job): Promise<Job> {
    for (const object of owned) await writeOwned(object, suspended)
    onStart?.()
    return write({ ...job, spec: { ...job.spec, suspend: false } })
  }

  async function write(object: KubernetesObject): Promise<Job> {
    const result = await patchObject(client, known.jobs, object, { dryRun: false, force: true, signal })
    if ('conflicts' in result) throw new Error(`a forced apply of ${title} met conflicts`)
    return result.object
  }

  async function writeOwned(object: KubernetesObject, owner: Job): Promise<void> {
    const { uid } = owner.metadata
    const reference = { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid, controller: true }
    const resource = await connected.discovery.require(object, signal)
    const metadata = { ...object.metadata, namespace: job.metadata.namespace, ownerReferences: [reference] }
    const body: KubernetesObject = { ...object, metadata }
    await patchObject(client, resource, body, { dryRun: false, force: true, signal })
  }

  async function removeAndWait(): Promise<void> {
    await client.send({
      method: 'DELETE',
      path,
      query: { propagationPolicy: 'Background' },
      signal,
      purpose: `delete ${title}`,
      allow: [404],
    })
    while ((await read()) !== undefined) await connected.clock.sleep(200, signal)
  }
}
