import type {
  ApiAnswer,
  ApiClient,
  ApiRequest,
} from '../../../../src/systems/kubernetes/client/api-client.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { createDiscovery } from '../../../../src/systems/kubernetes/discovery/discovery.ts'
import type { Connected } from '../../../../src/systems/kubernetes/connected.ts'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'

/** Behind the raw client: a store that takes a few kinds as they are, for what a real server cannot be brought to do. */
export interface SmallApi {
  readonly connected: Connected
  readonly clock: FakeClock
  readonly stored: Map<string, KubernetesObject>
  /** `PATCH a`, `PATCH a (dry run)`, `DELETE a`, `GET configmaps` for a list; discovery left out. */
  readonly asked: string[]
  /** May throw in the place of an answer. */
  before(answer: (request: ApiRequest, asked: string) => void | Promise<void>): void
}

const kinds = [
  { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps' },
  { group: '', version: 'v1', kind: 'Secret', resource: 'secrets' },
  { group: '', version: 'v1', kind: 'Namespace', resource: 'namespaces', scope: 'Cluster' },
  { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
  { group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs' },
  { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets' },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    resource: 'customresourcedefinitions',
    scope: 'Cluster',
  },
]

export function createSmallApi(): SmallApi {
  const stored = new Map<string, KubernetesObject>()
  const asked: string[] = []
  const clock = createFakeClock()
  let hook: (request: ApiRequest, asked: string) => void | Promise<void> = () => undefined

  async function send(request: ApiRequest): Promise<ApiAnswer> {
    if (request.path === '/api' || request.path === '/apis') return ok(discovered(request.path === '/api'))
    const name = request.path.split('/').at(-1) ?? ''
    const dryRun = request.query?.dryRun === 'All'
    const text = `${request.method} ${name}${dryRun ? ' (dry run)' : ''}`
    asked.push(text)
    await Promise.resolve()
    request.signal.throwIfAborted()
    await hook(request, text)
    const listed = kinds.find(({ resource }) => resource === name)
    if (listed !== undefined) {
      const items = [...stored.values()].filter(({ kind }) => kind === listed.kind)
      return ok({ kind: `${listed.kind}List`, metadata: {}, items })
    }
    const found = stored.get(name)
    if (request.method === 'GET') return found === undefined ? missing : ok(found)
    if (request.method === 'DELETE') {
      stored.delete(name)
      return ok({})
    }
    const sent = request.body as KubernetesObject
    const uid = found?.metadata.uid ?? `uid-${asked.length}`
    const object = { ...sent, metadata: { ...sent.metadata, uid } }
    if (!dryRun) stored.set(name, object)
    return ok(object, found === undefined ? 201 : 200)
  }

  const client: ApiClient = {
    send,
    sendRaw: () => Promise.reject(new Error('not asked for')),
    stream: () => Promise.reject(new Error('not asked for')),
  }
  return {
    connected: { client, discovery: createDiscovery(client), clock },
    clock,
    stored,
    asked,
    before(next) {
      hook = next
    },
  }
}

const missing: ApiAnswer = { status: 404, body: undefined, refusal: undefined }

function ok(body: unknown, status = 200): ApiAnswer {
  return { status, body, refusal: undefined }
}

function discovered(core: boolean): unknown {
  const items = kinds
    .filter(({ group }) => (group === '') === core)
    .map(({ group, version, kind, resource, scope = 'Namespaced' }) => ({
      metadata: { name: group },
      versions: [{ version, resources: [{ resource, scope, responseKind: { kind } }] }],
    }))
  return { kind: 'APIGroupDiscoveryList', items }
}
