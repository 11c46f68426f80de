import { StagegateError } from '../../../errors/index.ts'
import type { ApiClient } from '../client/api-client.ts'
import { resourcePath } from '../discovery/api-resource.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { isSecret, objectId } from '../object-id.ts'
import type { Target } from './target.ts'

/** So many objects of one kind in one namespace are looked at together. */
const FEWEST = 8
/** More are too much to be in memory at the same time. */
const MOST = 400

/** What is in the cluster now of a set's kinds, by one list where a set has many objects of one. */
export interface LiveObjects {
  /** The object as it was when its kind was listed; each is given out once. Undefined: it has to be asked for. */
  take(target: Target): Promise<KubernetesObject | undefined>
}

/**
 * Lists lazily: a set that is new needs no look at all. Never Secrets, since a list has those of others too, and nothing
 * that has no namespace. A list that fails, may not be had or is full of others leaves all to be asked for.
 */
export function createLiveObjects(
  client: ApiClient,
  targets: readonly Target[],
  signal: AbortSignal,
): LiveObjects {
  const counts = new Map<string, number>()
  for (const target of targets) counts.set(keyOf(target), (counts.get(keyOf(target)) ?? 0) + 1)
  const lists = new Map<string, Promise<Map<string, KubernetesObject>>>()

  async function list({ object, resource }: Target, count: number): Promise<Map<string, KubernetesObject>> {
    const { apiVersion, kind, metadata } = object
    const { namespace = '' } = metadata
    try {
      const { body } = await client.send({
        method: 'GET',
        path: resourcePath(resource, { namespace }),
        // Room for what others have there; what does not fit in is asked for.
        query: { limit: String(2 * count) },
        signal,
        purpose: `list ${resource.plural} in ${namespace}`,
        discovered: true,
      })
      const { items = [] } = body as { readonly items?: readonly KubernetesObject[] }
      // Items of a list carry neither apiVersion nor kind.
      return new Map(items.map((each) => [each.metadata.name, { ...each, apiVersion, kind }]))
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof StagegateError)) throw thrown
      return new Map()
    }
  }

  return {
    async take(target) {
      const key = keyOf(target)
      const count = counts.get(key) ?? 0
      const { object, resource } = target
      if (!resource.namespaced || count < FEWEST || count > MOST || isSecret(objectId(object)))
        return undefined
      const listed = lists.get(key) ?? list(target, count)
      lists.set(key, listed)
      const found = await listed
      const { name } = object.metadata
      const live = found.get(name)
      found.delete(name)
      return live
    },
  }
}

function keyOf({ object, resource: { group, version, plural } }: Target): string {
  return `${group}/${version}/${plural}/${object.metadata.namespace ?? ''}`
}
