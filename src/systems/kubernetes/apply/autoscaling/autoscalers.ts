import type { KubernetesObject } from '../../kubernetes-object.ts'
import type { ApiClient } from '../../client/api-client.ts'
import { expectList } from '../../client/expect-body.ts'
import { resourcePath } from '../../discovery/api-resource.ts'
import { parseApiVersion } from '../../object-id.ts'
import { mapping, nameIn } from '../order/reference.ts'

/** Served since 1.23. */
const autoscalers = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
} as const

const scalingKinds = new Set([autoscalers.kind, 'ScaledObject'])

export interface Autoscalers {
  /** Whether an autoscaler of the set or of the cluster sets the number of replicas of an object in its namespace. */
  scales(object: KubernetesObject, namespace: string, signal: AbortSignal): Promise<boolean>
}

/** Those of the cluster are listed once for each namespace, when they are asked for; who may not list them has none. */
export function createAutoscalers(
  client: ApiClient,
  set: readonly KubernetesObject[],
  defaultNamespace: string,
): Autoscalers {
  const ofSet = new Set(set.flatMap((object) => targetOf(object, defaultNamespace)))
  const live = new Map<string, Promise<ReadonlySet<string>>>()
  return {
    async scales({ apiVersion, kind, metadata }, namespace, signal) {
      const key = renderTarget(apiVersion, kind, namespace, metadata.name)
      if (ofSet.has(key)) return true
      let listing = live.get(namespace)
      if (listing === undefined) {
        listing = listTargets(client, namespace, signal)
        live.set(namespace, listing)
      }
      return (await listing).has(key)
    },
  }
}

async function listTargets(
  client: ApiClient,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { body } = await client.send({
    method: 'GET',
    path: resourcePath(autoscalers, { namespace }),
    signal,
    purpose: `list autoscalers in namespace ${namespace}`,
    allow: [403, 404],
    check: expectList(autoscalers.kind),
  })
  const items = (body as { readonly items?: readonly KubernetesObject[] } | undefined)?.items ?? []
  // Items of a list do not say their kind.
  return new Set(items.flatMap((item) => targetOf({ ...item, kind: autoscalers.kind }, namespace)))
}

function targetOf(object: KubernetesObject, defaultNamespace: string): readonly string[] {
  if (!scalingKinds.has(object.kind)) return []
  const target = mapping(mapping(object.spec).scaleTargetRef)
  const name = nameIn(target)
  if (name === undefined) return []
  const apiVersion = nameIn(target, 'apiVersion') ?? 'apps/v1'
  const namespace = object.metadata.namespace ?? defaultNamespace
  return [renderTarget(apiVersion, nameIn(target, 'kind') ?? 'Deployment', namespace, name)]
}

function renderTarget(apiVersion: string, kind: string, namespace: string, name: string): string {
  return `${parseApiVersion(apiVersion).group}/${kind}/${namespace}/${name}`
}
