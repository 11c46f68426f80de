import { isBookkeepingName, managedLabel } from '../bookkeeping.ts'
import { ruleAnnotations } from '../status/rules/rules.ts'
import { isMapping, type Mapping } from './mapping.ts'

/** Labels and annotations that say what was deployed and what belongs to which set (KEP-3659 for `applyset`). */
const reservedKey = /^(?:[\w.-]+\.)?(?:stagegate\.dev|applyset\.kubernetes\.io)\//

/** Those below our prefix that people set. */
const settableKeys: ReadonlySet<string> = new Set(Object.values(ruleAnnotations))

/**
 * What of an object is for our own bookkeeping: a name of the record, the key or the lock of a service, which a later
 * run would believe; the label by which migrations are found; labels and annotations below our prefix, of the object or
 * of its pods. Undefined when nothing is. Pure.
 */
export function findReserved(value: Mapping): string | undefined {
  return findReservedName(value) ?? findReservedKey(value)
}

/** Other kinds that carry a secret (ExternalSecret, SealedSecret, …) make a Secret of their own name. */
function findReservedName({ kind, metadata, type }: Mapping): string | undefined {
  const makes = typeof kind === 'string' && (kind === 'Lease' || /secret/i.test(kind))
  const name = isMapping(metadata) ? metadata.name : undefined
  if (makes && typeof name === 'string' && isBookkeepingName(name)) return `the name ${name}`
  const ours = kind === 'Secret' && typeof type === 'string' && type.startsWith('stagegate.dev/')
  return ours ? `the type ${type}` : undefined
}

function findReservedKey(value: Mapping): string | undefined {
  for (const [path, metadata] of metadataOf(value)) {
    for (const field of ['labels', 'annotations'] as const) {
      const entries = metadata[field]
      if (!isMapping(entries)) continue
      const key = Object.keys(entries).find((each) => reservedKey.test(each) && !settableKeys.has(each))
      if (key !== undefined) return `${path}.${field}["${key}"]`
    }
    const [[label, ours]] = Object.entries(managedLabel) as [[string, string]]
    if (isMapping(metadata.labels) && metadata.labels[label] === ours) return `the label ${label}: ${ours}`
  }
  return undefined
}

function metadataOf(value: Mapping): readonly (readonly [string, Mapping])[] {
  return ['', 'spec.template.', 'spec.jobTemplate.', 'spec.jobTemplate.spec.template.'].flatMap((prefix) => {
    let at: unknown = value
    for (const key of `${prefix}metadata`.split('.')) at = isMapping(at) ? at[key] : undefined
    return isMapping(at) ? [[`${prefix}metadata`, at] as const] : []
  })
}
