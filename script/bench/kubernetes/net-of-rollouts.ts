import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../src/systems/kubernetes/client/connection.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import { openOwnCluster } from '../../../__tests__/systems/kubernetes/own-cluster.ts'
import { parseYaml } from '../../../__tests__/systems/kubernetes/testbed-cluster.ts'
import type { ControlPlane } from '../../lib/control-plane.ts'
import { startDelayingProxy } from './delaying-proxy.ts'
import { playKubelet } from './played-kubelet.ts'

const ROLLOUTS = 10
const ROLLOUT_MS = 1_000

/** 30 objects: ten each of ConfigMap, Service and Deployment. */
function manifests(): string {
  return Array.from({ length: ROLLOUTS }, (_, at) => {
    const name = `app-${at}`
    return `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { a: "1" }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - { name: main, image: example/none, readinessProbe: { tcpSocket: { port: 80 } } }
`
  }).join('---\n')
}

export interface Net {
  /** Apply, wait, and read what runs, together, without the time from the first Deployment's creation to the last one's availability. */
  readonly netMs: number
  /** From the moment that the API server says that the last one is available to the verdict. */
  readonly noticeMs: number
}

/**
 * Applies 30 manifests and waits for their 10 rollouts of 1.0 s: each pod is said to be ready 1.0 s after it was made. What
 * the cluster's own controllers take is part of the rollouts, as another client on loopback sees them.
 *
 * @param roundTripMs of the network between; 0 for none
 */
export async function measureNet(plane: ControlPlane, roundTripMs: number): Promise<Net> {
  const proxy =
    roundTripMs === 0 ? undefined : await startDelayingProxy(new URL(plane.server), roundTripMs / 2)
  const kubeconfig = (await readFile(plane.kubeconfigFile, 'utf8')).replace(
    plane.server,
    proxy === undefined ? plane.server : `https://127.0.0.1:${proxy.port}`,
  )
  const http = createHttp({ clock: systemClock, userAgent: 'stagegate-bench', env: {} })
  const connections = createConnections(
    { kind: 'kubeconfig', kubeconfig, context: undefined },
    () => Promise.reject(new Error('no token')),
    systemClock,
  )
  const cluster = createCluster(createApiClient(http, connections), systemClock)
  const own = openOwnCluster(plane)
  const namespace = `net-${randomBytes(4).toString('hex')}`
  const { signal } = new AbortController()
  try {
    await own.cluster.ensureNamespace(namespace, signal)
    const set = parseYaml(manifests())
    const kubelet = playKubelet(own, namespace, { deployments: ROLLOUTS, startMs: ROLLOUT_MS })
    await systemClock.sleep(200)
    const started = performance.now()
    const applied = await cluster.apply(set, { namespace, dryRun: false, signal, onApplied: () => undefined })
    const objects = applied.map((each) => each.object)
    const seen = await cluster.awaitRollout(objects, { signal, onProgress: () => undefined })
    const noticed = performance.now()
    const workloads = objects.filter(({ kind }) => kind === 'Deployment')
    // As the verification does: what the rollout has seen is not asked for again.
    if (!workloads.every(({ metadata }) => seen.has(metadata.uid ?? '')))
      await cluster.runningImages(workloads, signal)
    const ended = performance.now()
    const { firstMade, lastAvailable } = await kubelet
    return { netMs: ended - started - (lastAvailable - firstMade), noticeMs: noticed - lastAvailable }
  } finally {
    own.close()
    http.close()
    proxy?.close()
  }
}
