import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../../kubernetes-object.ts'
import { parseApiVersion } from '../../object-id.ts'
import { withoutFields } from '../../without-fields.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { type FieldSet, isApplied, managedFieldsOf } from './fields.ts'
import { isClientSide } from './take-over.ts'

/** Fields that name an object: an apply owns none of them. */
const naming = ['apiVersion', 'kind', 'metadata']
const namingOfMetadata = ['name', 'namespace']

/** Groups of Kubernetes' own kinds, of which it is known what is atomic. */
export const ownGroups: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
])

/**
 * Mappings that are owned as a whole wherever these kinds have one of that name (`x-kubernetes-map-type: atomic` in the
 * server's description; a test compares).
 */
export const atomicMappings: ReadonlySet<string> = new Set([
  'configMapKeyRef',
  'dataSource',
  'fieldRef',
  'namespaceSelector',
  'nodeSelector',
  'objectSelector',
  'podSelector',
  'preference',
  'requiredDuringSchedulingIgnoredDuringExecution',
  'resourceFieldRef',
  'roleRef',
  'scopeSelector',
  'secretKeyRef',
  'selector',
])

/**
 * Whether an apply would change nothing, neither the object nor which of its fields are ours, as far as that follows from
 * the object alone: each field of the manifest is ours and has the manifest's value, and nothing else is ours. Then what the
 * server would merge is what it has, and there is no need to ask it. False says nothing: the server may still find that
 * what is written another way (`1000m` for `1`) is the same. Pure.
 *
 * The rules are those by which the server makes the set of an apply (sigs.k8s.io/structured-merge-diff, `ToFieldSet`) and
 * merges a list (`Merge`); what depends on a kind's schema beyond them is left to the server.
 */
export function provesUnchanged(manifest: KubernetesObject, live: KubernetesObject): boolean {
  const entries = managedFieldsOf(live)
  const applied = entries.filter((entry) => isApplied(entry, FIELD_MANAGER))
  const [ours] = applied
  if (ours?.fieldsV1 === undefined || applied.length > 1 || ours.apiVersion !== manifest.apiVersion)
    return false
  if (live.metadata.deletionTimestamp !== undefined || entries.some(isClientSide)) return false
  const atomic = ownGroups.has(parseApiVersion(manifest.apiVersion).group) ? atomicMappings : none
  return isMapping(withoutNames(manifest), { owned: ours.fieldsV1, live, atomic, field: '' })
}

const none: ReadonlySet<string> = new Set()

/** A place of an object and what the cluster has there. */
interface Place {
  /** The fields of ours there. */
  readonly owned: FieldSet
  readonly live: unknown
  /** The field that has the place; empty for an object itself and for items. */
  readonly field: string
  /** Fields whose mappings are owned as a whole. */
  readonly atomic: ReadonlySet<string>
}

type Mapping = Readonly<Record<string, unknown>>

function withoutNames(object: KubernetesObject): Mapping {
  const metadata = withoutFields(object.metadata, namingOfMetadata)
  const described = Object.keys(metadata).length === 0 ? {} : { metadata }
  return { ...withoutFields(object, naming), ...described }
}

function isUnchanged(value: unknown, place: Place): boolean {
  const below = Object.keys(place.owned).filter((path) => path !== '.')
  if (below.length === 0) return isWhole(value, place)
  if (Array.isArray(value)) return isSet(value, place, below) || isKeyedList(value, place, below)
  return isRecord(value) && isMapping(value, place)
}

/**
 * A value that is ours as a whole. A mapping looks the same that was once applied empty: what is in it by now is somebody
 * else's or a default, and would become ours.
 */
function isWhole(value: unknown, { live, field, atomic }: Place): boolean {
  if (value === null || value === undefined || !isExact(value)) return false
  if (isRecord(value) && Object.keys(value).length > 0 && !atomic.has(field)) return false
  return isDeepStrictEqual(value, live)
}

function isMapping(value: Mapping, { owned, live, atomic }: Place): boolean {
  const fields = Object.keys(value)
  const count = Object.keys(owned).filter((path) => path !== '.').length
  if (fields.length !== count || !isRecord(live)) return false
  return fields.every((field) => {
    const below = owned[`f:${field}`]
    if (below === undefined || !Object.hasOwn(live, field)) return false
    return isUnchanged(value[field], { owned: below, live: live[field], atomic, field })
  })
}

/** A list whose items are owned by their values, such as `finalizers`. */
function isSet(value: readonly unknown[], { live }: Place, below: readonly string[]): boolean {
  const owned = new Set(value.map((item) => `v:${JSON.stringify(item)}`))
  return (
    below.length === value.length && below.every((path) => owned.has(path)) && isDeepStrictEqual(value, live)
  )
}

/** A list whose items are owned by their keys, such as containers; the cluster has the same ones in the same order. */
function isKeyedList(value: readonly unknown[], place: Place, below: readonly string[]): boolean {
  const { owned, live, atomic } = place
  if (!Array.isArray(live) || live.length !== value.length || below.length !== value.length) return false
  const paths = new Map(below.map((path) => [renderKeys(keysOf(path)), path]))
  const names = Object.keys(keysOf(below[0] ?? ''))
  return value.every((item, at) => {
    const there: unknown = live[at]
    if (!isRecord(item) || !isRecord(there)) return false
    const keys = Object.fromEntries(names.map((name) => [name, there[name]]))
    const path = paths.get(renderKeys(keys))
    if (path === undefined || !isNamedBy(keys, item)) return false
    paths.delete(renderKeys(keys))
    return isUnchanged(item, { owned: owned[path] ?? {}, live: there, atomic, field: '' })
  })
}

/** Empty where an item is not owned by its keys. */
function keysOf(path: string): Mapping {
  return path.startsWith('k:') ? (JSON.parse(path.slice(2)) as Mapping) : {}
}

/** The server writes the keys sorted, but some characters another way than JavaScript does. */
function renderKeys(keys: Mapping): string {
  return JSON.stringify(keys)
}

/** A key that the manifest leaves out has the default that the server has given it; only `protocol` has one. */
function isNamedBy(keys: Mapping, item: Mapping): boolean {
  return (
    Object.keys(keys).length > 0 &&
    Object.entries(keys).every(([key, value]) =>
      Object.hasOwn(item, key) ? item[key] === value : key === 'protocol' && value === 'TCP',
    )
  )
}

/** Not for whole numbers that JavaScript rounds: two that differ would look the same. */
function isExact(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.every(isExact)
  return !isRecord(value) || Object.values(value).every(isExact)
}

function isRecord(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
