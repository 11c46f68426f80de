import type { ControlPlane } from '../../../script/lib/control-plane.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { type ApiClient, createApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../src/systems/kubernetes/client/connection.ts'
import type { Cluster } from '../../../src/systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'

const { signal } = new AbortController()

/** A control plane of one's own, and what stands in for its nodes. */
export interface OwnCluster {
  readonly cluster: Cluster
  readonly client: ApiClient
  /** Names of the pods of a namespace; waits until there are so many. */
  pods(namespace: string, count: number): Promise<readonly KubernetesObject[]>
  /** Says of a pod what a kubelet says of one that runs and is ready, or has not started. */
  setPod(pod: KubernetesObject, ready: boolean): Promise<void>
  close(): void
}

export function openOwnCluster({ kubeconfig }: Pick<ControlPlane, 'kubeconfig'>): OwnCluster {
  const http = createHttp({ clock: systemClock, userAgent: 'stagegate-tests', env: {} })
  const connections = createConnections(
    { kind: 'kubeconfig', kubeconfig, context: undefined },
    () => Promise.reject(new Error('no token is needed')),
    systemClock,
  )
  const client = createApiClient(http, connections)
  return {
    client,
    cluster: createCluster(client, systemClock),
    async pods(namespace, count) {
      for (let attempt = 0; attempt < 600; attempt += 1) {
        const path = `/api/v1/namespaces/${namespace}/pods`
        const { body } = await client.send({ method: 'GET', path, signal, purpose: 'list pods' })
        const { items } = body as { readonly items: readonly KubernetesObject[] }
        if (items.length >= count) return items
        await systemClock.sleep(100)
      }
      throw new Error(`there are no ${count} pods in ${namespace}`)
    },
    async setPod({ metadata }, ready) {
      const { namespace = '', name } = metadata
      const now = new Date().toISOString()
      const status = ready ? 'True' : 'False'
      const condition = (type: string) => ({ type, status, lastTransitionTime: now, lastProbeTime: null })
      const state = ready ? { running: { startedAt: now } } : { waiting: { reason: 'ContainerCreating' } }
      const container = {
        name: 'main',
        ready,
        started: ready,
        restartCount: 0,
        state,
        image: 'i',
        imageID: 'i',
      }
      await client.send({
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
        contentType: 'application/merge-patch+json',
        body: {
          status: {
            phase: ready ? 'Running' : 'Pending',
            conditions: [condition('Ready'), condition('ContainersReady')],
            containerStatuses: [container],
          },
        },
        signal,
        purpose: `write the status of pod ${name}`,
        repeatable: true,
      })
    },
    close() {
      http.close()
    },
  }
}

/** Deployments that nobody has to run. */
export function renderDeployments(names: readonly string[], replicas = 1): string {
  return names
    .map(
      (name) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - { name: main, image: example/none, readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 } }
`,
    )
    .join('---\n')
}
