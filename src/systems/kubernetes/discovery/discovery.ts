import { StagegateError } from '../../../errors/index.ts'
import type { ApiClient } from '../client/api-client.ts'
import { parseApiVersion } from '../object-id.ts'
import { type SharedWork, shareWork } from '../share-work.ts'
import type { ApiResource } from './api-resource.ts'
import { parseDiscovery } from './parse-discovery.ts'
import { suggestKind } from './suggest-kind.ts'

/** What names a kind, as in a manifest. */
export interface KindName {
  readonly apiVersion: string
  readonly kind: string
}

/** Which kinds the server serves: asked for once, shared by all who ask at the same time. */
export interface Discovery {
  find(name: KindName, signal: AbortSignal): Promise<ApiResource | undefined>
  /** @throws StagegateError E_KUBE_NO_KIND with the nearest kind */
  require(name: KindName, signal: AbortSignal): Promise<ApiResource>
  all(signal: AbortSignal): Promise<readonly ApiResource[]>
  /** Forgets everything: a definition was applied. */
  reset(): void
}

/** v2 since 1.30, v2beta1 since 1.26; the same shape. */
const ACCEPT = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',')

export function createDiscovery(client: ApiClient): Discovery {
  let asked: SharedWork<ReadonlyMap<string, ApiResource>> | undefined

  function served(signal: AbortSignal): Promise<ReadonlyMap<string, ApiResource>> {
    if (asked === undefined || asked.abandoned()) {
      const asking = shareWork((shared) =>
        discover(client, shared).catch((thrown: unknown) => {
          if (asked === asking) asked = undefined
          throw thrown
        }),
      )
      asked = asking
    }
    return asked.wait(signal)
  }

  async function find(name: KindName, signal: AbortSignal): Promise<ApiResource | undefined> {
    return (await served(signal)).get(keyOf({ ...parseApiVersion(name.apiVersion), kind: name.kind }))
  }

  return {
    find,
    async all(signal) {
      return [...(await served(signal)).values()]
    },
    async require(name, signal) {
      const found = await find(name, signal)
      if (found !== undefined) return found
      const nearest = suggestKind(name, [...(await served(signal)).values()])
      throw new StagegateError('E_KUBE_NO_KIND', {
        message: `The cluster does not serve ${name.apiVersion} ${name.kind}.`,
        evidence: nearest === undefined ? [] : [`it serves: ${nearest}`],
      })
    },
    reset() {
      asked = undefined
    },
  }
}

async function discover(client: ApiClient, signal: AbortSignal): Promise<ReadonlyMap<string, ApiResource>> {
  const lists = await Promise.all(
    ['/api', '/apis'].map(async (path) => {
      const purpose = `discover the kinds below ${path}`
      const { body } = await client.send({ method: 'GET', path, accept: ACCEPT, signal, purpose })
      const resources = parseDiscovery(body)
      if (resources === undefined) {
        throw new StagegateError('E_KUBE_TOO_OLD', {
          message:
            'The Kubernetes API does not answer aggregated discovery; Kubernetes 1.26 or newer is needed.',
        })
      }
      return resources
    }),
  )
  return new Map(lists.flat().map((each) => [keyOf(each), each]))
}

function keyOf({ group, version, kind }: Pick<ApiResource, 'group' | 'version' | 'kind'>): string {
  return `${group}/${version}/${kind}`
}
