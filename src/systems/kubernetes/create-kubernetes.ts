import type { Clock } from '../clock/clock.ts'
import type { Http } from '../http/http.ts'
import type { Files } from '../runner/files.ts'
import type { RequestIdToken } from '../runner/id-token.ts'
import type { Processes } from '../runner/processes.ts'
import type { Secrets } from '../runner/secrets.ts'
import { createApiClient } from './client/api-client.ts'
import { createConnections } from './client/connection.ts'
import type { KubernetesCredentials } from './client/credentials.ts'
import type { Kubernetes } from './cluster.ts'
import { createCluster } from './create-cluster.ts'
import { readManifests } from './manifests/read-manifests.ts'

export interface KubernetesOptions {
  readonly http: Http
  readonly clock: Clock
  readonly files: Files
  readonly processes: Processes
  readonly secrets: Secrets
  /** Of the job: for exec plugins of a kubeconfig, and the proxies that one may name. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined: no cluster is configured; `connect` says so. */
  readonly credentials: KubernetesCredentials | undefined
  readonly requestIdToken: RequestIdToken
  /** Identities of age that decrypt files of SOPS. */
  readonly ageKeys: readonly string[]
}

/** The cluster of the environment, over the HTTP core. */
export function createKubernetes(options: KubernetesOptions): Kubernetes {
  const { http, clock, files, processes, secrets, env, credentials, requestIdToken, ageKeys } = options
  return {
    configured: credentials !== undefined,
    async connect(signal) {
      const connections = createConnections(credentials, requestIdToken, clock, {
        processes,
        secrets,
        env,
      })
      await connections.current(signal)
      return createCluster(createApiClient(http, connections), clock)
    },
    readManifests: (request) =>
      readManifests({
        request: { ...request, ageKeys: [...ageKeys, ...request.ageKeys] },
        files,
        processes,
        secrets,
      }),
  }
}
