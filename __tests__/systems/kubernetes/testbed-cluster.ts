import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readTestbed, type TestbedDescription } from '../../../script/lib/testbed/description.ts'
import { type Clock, systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import type { Http } from '../../../src/systems/http/http.ts'
import { type ApiClient, createApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../src/systems/kubernetes/client/connection.ts'
import type { Cluster } from '../../../src/systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../src/systems/kubernetes/manifest-set.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import { parseManifests } from '../../../src/systems/kubernetes/manifests/parse-manifests.ts'

/** The testbed's cluster as its administrator, with a namespace of the test's own. */
export interface TestbedCluster {
  readonly testbed: TestbedDescription
  readonly http: Http
  readonly client: ApiClient
  readonly cluster: Cluster
  readonly namespace: string
  /** Applies YAML and gives back what was applied. */
  apply(yaml: string): Promise<readonly KubernetesObject[]>
  /** Deletes the namespace and closes the connections. */
  close(): Promise<void>
}

/**
 * @param way another way to the API server than the direct one: host and port on this machine
 * @param env where proxies are read from
 */
export async function openTestbedCluster(
  name: string,
  {
    clock = systemClock,
    way,
    env = {},
  }: {
    readonly clock?: Clock
    readonly way?: string
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<TestbedCluster> {
  const testbed = readTestbed()
  const http = createHttp({ clock, userAgent: 'stagegate-tests', env })
  const direct = readFileSync(testbed.kubernetes.kubeconfig, 'utf8')
  const kubeconfig = way === undefined ? direct : direct.replace(testbed.kubernetes.server, `https://${way}`)
  const connections = createConnections(
    { kind: 'kubeconfig', kubeconfig, context: undefined },
    () => Promise.reject(new Error('no token is needed')),
    clock,
  )
  const client = createApiClient(http, connections)
  const cluster = createCluster(client, clock)
  const namespace = `test-${name}-${randomBytes(3).toString('hex')}`
  const { signal } = new AbortController()
  await cluster.ensureNamespace(namespace, signal)
  return {
    testbed,
    http,
    client,
    cluster,
    namespace,
    async apply(yaml) {
      const options = { namespace, dryRun: false, signal, onApplied: () => undefined }
      const applied = await cluster.apply(parseYaml(yaml), options)
      return applied.map((each) => each.object)
    },
    async close() {
      await cluster.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, signal)
      http.close()
    },
  }
}

export function parseYaml(yaml: string): readonly Manifest[] {
  const { manifests, problems } = parseManifests(yaml, 'test.yaml')
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return manifests
}
