/**
 * One measurement of `kubernetes-rollout.ts`, in a process of its own:
 *
 *     node watch-many.mjs <kubeconfig> <namespace> <names as JSON>
 *
 * Watches Deployments that are in the cluster until all are ready; prints `Watched` as JSON.
 */
import { readFile } from 'node:fs/promises'
import { boundYoungGeneration } from '../../../src/main/bound-young-generation.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../src/systems/kubernetes/client/connection.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'

export interface Watched {
  /** Of the wait alone. */
  readonly milliseconds: number
  /** Wall-clock time of the verdict, in milliseconds. */
  readonly at: number
  /** Most that was resident. */
  readonly megabytes: number
}

// As the action does.
boundYoungGeneration()
const [kubeconfigFile = '', namespace = '', names = '[]'] = process.argv.slice(2)
const http = createHttp({ clock: systemClock, userAgent: 'stagegate-bench', env: {} })
const credentials = {
  kind: 'kubeconfig',
  kubeconfig: await readFile(kubeconfigFile, 'utf8'),
  context: undefined,
} as const
const connections = createConnections(credentials, () => Promise.reject(new Error('no token')), systemClock)
const cluster = createCluster(createApiClient(http, connections), systemClock)
const { signal } = new AbortController()

const objects: KubernetesObject[] = []
for (const name of JSON.parse(names) as readonly string[]) {
  const found = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace }, signal)
  if (found !== undefined) objects.push(found)
}
const started = performance.now()
await cluster.awaitRollout(objects, { signal, onProgress: () => undefined })
const watched: Watched = {
  milliseconds: Math.round(performance.now() - started),
  at: Date.now(),
  megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
}
http.close()
console.log(JSON.stringify(watched))
