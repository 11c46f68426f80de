import type { Clock } from '../clock/clock.ts'
import { acquireLease } from './lease/acquire-lease.ts'
import { applyManifests } from './apply/apply-manifests.ts'
import { readObject } from './apply/read-object.ts'
import { patchObject } from './apply/patch-object.ts'
import type { ApiClient } from './client/api-client.ts'
import { outlastOutages } from './client/outlast-outages.ts'
import type { Cluster } from './cluster.ts'
import type { Connected } from './connected.ts'
import { resourcePath } from './discovery/api-resource.ts'
import { createDiscovery } from './discovery/discovery.ts'
import { ensureNamespace } from './ensure-namespace.ts'
import { getThroughService } from './get-through-service.ts'
import { awaitLeftJobs } from './job/await-left-jobs.ts'
import { removeEndedJobs } from './job/remove-ended-jobs.ts'
import { runJob } from './job/run-job.ts'
import { lackedAccess } from './lacked-access.ts'
import { type ObjectId, renderId } from './object-id.ts'
import { awaitRollout } from './rollout/await-rollout.ts'
import { runningImages } from './running/running-images.ts'

/** A cluster over a client: every layer put together. */
export function createCluster(direct: ApiClient, clock: Clock): Cluster {
  const client = outlastOutages(direct, clock)
  const discovery = createDiscovery(client)
  const connected: Connected = { client, discovery, clock }

  async function pathOf(id: ObjectId, signal: AbortSignal): Promise<string> {
    return resourcePath(await discovery.require(id, signal), id)
  }

  return {
    async version(signal) {
      const { body } = await client.send({
        method: 'GET',
        path: '/version',
        signal,
        purpose: 'get the version',
      })
      return (body as { readonly gitVersion?: string }).gitVersion ?? 'unknown'
    },
    async apiVersions(signal) {
      const names = (await discovery.all(signal)).flatMap(({ group, version, kind }) => {
        const apiVersion = group === '' ? version : `${group}/${version}`
        return [apiVersion, `${apiVersion}/${kind}`]
      })
      return [...new Set(names)].sort()
    },
    async get(id, signal) {
      const resource = await discovery.require(id, signal)
      const { namespace, ...wide } = id
      const named = resource.namespaced && namespace !== undefined ? id : wide
      return readObject(client, resource, named, signal)
    },
    async put(object, signal) {
      const resource = await discovery.require(object, signal)
      const result = await patchObject(client, resource, object, { dryRun: false, force: true, signal })
      if ('conflicts' in result) throw new Error('a forced apply met conflicts')
      return result.object
    },
    async remove(id, signal) {
      await client.send({
        method: 'DELETE',
        path: await pathOf(id, signal),
        query: { propagationPolicy: 'Background' },
        signal,
        purpose: `delete ${renderId(id)}`,
        allow: [404],
      })
    },
    lackedAccess: (accesses, signal) => lackedAccess(client, accesses, signal),
    ensureNamespace: (namespace, signal) => ensureNamespace(client, namespace, signal),
    apply: (manifests, options) => applyManifests(connected, manifests, options),
    awaitRollout: (objects, options) => awaitRollout(connected, objects, options),
    awaitLeftJobs: (options) => awaitLeftJobs(connected, options),
    removeEndedJobs: (options) => removeEndedJobs(connected, options),
    runJob: (job, options) => runJob(connected, job, options),
    runningImages: (workloads, signal) => runningImages(connected, workloads, signal),
    acquireLease: (options) => acquireLease(client, clock, options),
    getThroughService: (service, signal) => getThroughService(client, service, signal),
  }
}
