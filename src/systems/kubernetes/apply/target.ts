import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { FieldPath, Manifest } from '../manifest-set.ts'
import type { ApiResource } from '../discovery/api-resource.ts'
import type { Discovery, KindName } from '../discovery/discovery.ts'
import { findDuplicates } from '../manifests/find-duplicates.ts'
import { encodeSecret } from './encode-secret.ts'
import { objectId, parseApiVersion, renderId } from '../object-id.ts'

/** A manifest with where it goes. */
export interface Target {
  readonly object: KubernetesObject
  readonly source: string
  readonly hidden: readonly FieldPath[]
  /** `Deployment staging/api` */
  readonly title: string
  readonly resource: ApiResource
  /** Name of the CustomResourceDefinition of the set that defines its kind; undefined where none does. */
  readonly definition: string | undefined
  /** Whether its kind is served before anything of the set is applied. */
  readonly served: boolean
}

/**
 * Where each manifest goes: its resource, and its namespace where it names none.
 *
 * @throws StagegateError E_KUBE_NO_KIND for a kind that is neither served nor defined in the set; E_MANIFEST_INVALID
 */
export async function planTargets(
  manifests: readonly Manifest[],
  namespace: string,
  discovery: Discovery,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  const definitions = manifests.flatMap(({ object }) =>
    definedKinds(object).map((resource) => ({ name: object.metadata.name, resource })),
  )
  const defined = new Map(definitions.map((each) => [keyOf(namesOf(each.resource)), each]))
  const targets: Target[] = []
  for (const { object: written, source, hidden = [] } of manifests) {
    const object = encodeSecret(written)
    const served = await discovery.find(object, signal)
    const definition = defined.get(keyOf(object))
    const resource = served ?? definition?.resource ?? (await requireKind(object, source))
    const placed = placeObject(object, resource, namespace, source)
    targets.push({
      ...{ object: placed, source, hidden, title: renderId(objectId(placed)), resource },
      ...{ definition: definition?.name, served: served !== undefined },
    })
  }
  const duplicates = findDuplicates(targets)
  if (duplicates.length > 0) {
    throw new StagegateError('E_MANIFEST_INVALID', {
      message: 'Two manifests are of the same object.',
      evidence: duplicates,
      state: 'Nothing was applied.',
    })
  }
  return targets

  async function requireKind(object: KubernetesObject, source: string): Promise<ApiResource> {
    try {
      return await discovery.require(object, signal)
    } catch (thrown) {
      if (!(thrown instanceof StagegateError)) throw thrown
      throw thrown.with({ evidence: [`at ${source}`], state: 'Nothing was applied.' })
    }
  }
}

/** The object in its namespace: its own, or the default of its set; a cluster-wide one in none. Pure. */
export function placeObject(
  object: KubernetesObject,
  resource: ApiResource,
  namespace: string,
  source: string,
): KubernetesObject {
  const { namespace: own, ...metadata } = object.metadata
  if (resource.namespaced) {
    return { ...object, metadata: { ...metadata, name: metadata.name, namespace: own ?? namespace } }
  }
  if (own === undefined) return object
  throw new StagegateError('E_MANIFEST_INVALID', {
    message: `${object.kind} ${metadata.name} belongs to the whole cluster and cannot be in namespace ${own}.`,
    evidence: [`at ${source}`],
    state: 'Nothing was applied.',
  })
}

interface Definition {
  readonly group?: string
  readonly scope?: string
  readonly names?: { readonly kind?: string; readonly plural?: string }
  readonly versions?: readonly { readonly name?: string; readonly served?: boolean }[]
}

/** How the kinds will be served that a CustomResourceDefinition defines; of any other object, none. Pure. */
export function definedKinds(object: KubernetesObject): readonly ApiResource[] {
  if (object.kind !== 'CustomResourceDefinition') return []
  const { group = '', scope, names, versions } = (object.spec ?? {}) as Definition
  return (Array.isArray(versions) ? (versions as NonNullable<Definition['versions']>) : [])
    .filter((version) => version.served === true)
    .map(({ name = '' }) => ({
      ...{ group, version: name, kind: names?.kind ?? '', plural: names?.plural ?? '' },
      namespaced: scope !== 'Cluster',
    }))
}

/** As a manifest names a kind. */
export function namesOf({ group, version, kind }: ApiResource): KindName {
  return { apiVersion: `${group}/${version}`, kind }
}

function keyOf({ apiVersion, kind }: KindName): string {
  const { group, version } = parseApiVersion(apiVersion)
  return `${group}/${version}/${kind}`
}
