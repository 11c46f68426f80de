import type { KubernetesObject } from '../cluster.ts'
import { readRules, ruleAnnotations } from '../status/rules/rules.ts'
import { withoutFields } from '../without-fields.ts'

export type Mapping = Readonly<Record<string, unknown>>

/** What the server writes and nobody may set by a manifest. */
const serverFields = [
  'managedFields',
  'uid',
  'resourceVersion',
  'selfLink',
  'generation',
  'deletionTimestamp',
]

/** What is wrong with a document as an object to apply; undefined when nothing is. Pure. */
export function findProblem(value: unknown): string | undefined {
  if (!isMapping(value)) return 'a manifest is a mapping with apiVersion, kind and metadata'
  if (isEncryptedObject(value))
    return 'is encrypted with SOPS; name its file itself, only files are decrypted'
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof value[field] !== 'string' || value[field] === '') return `${field} is missing or no text`
  }
  const { metadata } = value
  if (!isMapping(metadata)) return 'metadata is missing or no mapping'
  if (metadata.generateName !== undefined) return 'metadata.generateName cannot be applied; give it a name'
  if (typeof metadata.name !== 'string' || metadata.name === '') return 'metadata.name is missing or no text'
  if (metadata.namespace !== undefined && typeof metadata.namespace !== 'string') {
    return 'metadata.namespace is no text'
  }
  const written = serverFields.find((field) => metadata[field] !== undefined)
  if (written !== undefined) return `metadata.${written} is written by the server and cannot be applied`
  if (!isEmpty(value.status)) return 'status is written by the server and cannot be applied'
  const reserved = findReservedKey(value)
  if (reserved !== undefined) return `${reserved} is for our own bookkeeping and cannot be set by a manifest`
  return readRules(value as unknown as KubernetesObject).problems[0] ?? findUnsafeNumber(value, '')
}

/**
 * The object without what `kubectl create --dry-run -o yaml` leaves empty: `status: {}`, `creationTimestamp: null`.
 */
export function toObject(value: Mapping): KubernetesObject {
  const metadata = withoutFields(value.metadata as Mapping, ['creationTimestamp'])
  return { ...withoutFields(value, ['status']), metadata } as unknown as KubernetesObject
}

/** Whether a document is one of a file of SOPS. Pure. */
export function isEncryptedObject({ sops }: Mapping): boolean {
  return isMapping(sops) && typeof sops.mac === 'string'
}

/** Labels and annotations that say what was deployed and what belongs to which set (KEP-3659 for `applyset`). */
const reservedKey = /^(?:[\w.-]+\.)?(?:stagegate\.dev|applyset\.kubernetes\.io)\//

/** Those below our prefix that people set. */
const settableKeys: ReadonlySet<string> = new Set(Object.values(ruleAnnotations))

/** The first label or annotation of ours, of the object or of its pods. */
function findReservedKey(value: Mapping): string | undefined {
  for (const [path, metadata] of metadataOf(value)) {
    for (const field of ['labels', 'annotations'] as const) {
      const entries = metadata[field]
      if (!isMapping(entries)) continue
      const key = Object.keys(entries).find((each) => reservedKey.test(each) && !settableKeys.has(each))
      if (key !== undefined) return `${path}.${field}["${key}"]`
    }
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

/** A number that JavaScript cannot hold exactly would arrive as another one. */
function findUnsafeNumber(value: unknown, path: string): string | undefined {
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  ) {
    return `${path}: the number ${value} is too large to be sent exactly; write it as text`
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, child] of Object.entries(value)) {
    const found = findUnsafeNumber(child, path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (isMapping(value) && Object.keys(value).length === 0)
}
