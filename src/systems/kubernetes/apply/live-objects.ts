import { StagegateError } from '../../../errors/index.ts'
import type { ApiClient } from '../client/api-client.ts'
import { concernsAll } from '../client/api-error.ts'
import { resourcePath } from '../discovery/api-resource.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { isSecret, objectId } from '../object-id.ts'
import { withoutManagers } from './ownership/fields.ts'
import { provesUnchanged } from './ownership/prove-unchanged.ts'
import { readObject } from './read-object.ts'
import type { Target } from './target.ts'

/** So many objects of one kind in one namespace are looked at together. */
const FEWEST = 8
/** A page is in memory as text and as objects at the same time. */
const PAGE = 250
/** So many objects of one kind are kept with all that is needed to see what differs; more are asked for again. */
const MOST_KEPT = 400

/** An object as it was when it was looked at. */
export interface Look {
  /** Undefined when there was none, or it may not be read. Without its managed fields when it is unchanged. */
  readonly live: KubernetesObject | undefined
  /** Whether it is certain without a dry run that an apply changes nothing. */
  readonly unchanged: boolean
}

/** What is in the cluster now of a set, by one list where a set has many objects of one kind. */
export interface LiveObjects {
  look(target: Target): Promise<Look>
}

interface Listed {
  readonly looks: Map<string, Look>
  /** Whether what is not among them was not there. */
  readonly isComplete: boolean
}

interface Page {
  readonly metadata?: { readonly continue?: string }
  readonly items?: readonly KubernetesObject[] | null
}

/**
 * Lists lazily. Never Secrets, since a list has those of others too, and nothing that has no namespace. What a list lacks
 * that fails, may not be had or is full of others is asked for, one by one.
 */
export function createLiveObjects(
  client: ApiClient,
  targets: readonly Target[],
  signal: AbortSignal,
): LiveObjects {
  const alike = Map.groupBy(targets, keyOf)
  const lists = new Map<string, Promise<Listed>>()

  async function list(wanted: readonly Target[]): Promise<Listed> {
    const missing = new Map(wanted.map((target) => [target.object.metadata.name, target]))
    const looks = new Map<string, Look>()
    let seen = 0
    let kept = 0
    let next: string | undefined
    do {
      const page = await readPage(wanted, next)
      if (page === undefined) return { looks, isComplete: false }
      const items = page.items ?? []
      for (const item of items) {
        const { name } = item.metadata
        const target = missing.get(name)
        if (target === undefined) continue
        missing.delete(name)
        const look = judge(target, item)
        if (!look.unchanged) kept += 1
        if (look.unchanged || kept <= MOST_KEPT) looks.set(name, look)
      }
      seen += items.length
      next = page.metadata?.continue === '' ? undefined : page.metadata?.continue
      // Room for what others have there; what does not fit in is asked for.
    } while (next !== undefined && missing.size > 0 && seen < 2 * wanted.length)
    return { looks, isComplete: (next === undefined || missing.size === 0) && kept <= MOST_KEPT }
  }

  async function readPage(wanted: readonly Target[], next: string | undefined): Promise<Page | undefined> {
    const [first] = wanted
    if (first === undefined) return undefined
    const { namespace = '' } = first.object.metadata
    try {
      const { body } = await client.send({
        method: 'GET',
        path: resourcePath(first.resource, { namespace }),
        query: { limit: String(Math.min(PAGE, 2 * wanted.length)), continue: next },
        signal,
        purpose: `list ${first.resource.plural} in ${namespace}`,
        discovered: true,
      })
      return body as Page
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof StagegateError) || concernsAll(thrown)) throw thrown
      return undefined
    }
  }

  return {
    async look(target) {
      const { object, resource } = target
      const key = keyOf(target)
      const wanted = alike.get(key) ?? []
      const id = objectId(object)
      if (resource.namespaced && wanted.length >= FEWEST && !isSecret(id)) {
        const listing = lists.get(key) ?? list(wanted)
        lists.set(key, listing)
        const { looks, isComplete } = await listing
        const listed = looks.get(id.name)
        // Given out once: of a large set they are much.
        looks.delete(id.name)
        if (listed !== undefined) return listed
        if (isComplete) return { live: undefined, unchanged: false }
      }
      const live = await readObject(client, resource, id, signal).catch(unlessForbidden)
      return live === undefined ? { live, unchanged: false } : judge(target, live)
    },
  }
}

/** Who may apply but not read learns so where nothing but reading helps. */
function unlessForbidden(thrown: unknown): undefined {
  if (thrown instanceof StagegateError && thrown.code === 'E_KUBE_FORBIDDEN') return
  throw thrown
}

/** Items of a list carry neither apiVersion nor kind. */
function judge({ object }: Target, item: KubernetesObject): Look {
  const { apiVersion, kind } = object
  const live = { ...item, apiVersion, kind }
  const unchanged = provesUnchanged(object, live)
  return { live: unchanged ? withoutManagers(live) : live, unchanged }
}

function keyOf({ object, resource: { group, version, plural } }: Target): string {
  return `${group}/${version}/${plural}/${object.metadata.namespace ?? ''}`
}
