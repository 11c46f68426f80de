import type { KubernetesObject } from '../kubernetes-object.ts'
import { readRules } from '../status/rules/rules.ts'
import { withoutFields } from '../without-fields.ts'
import { findReserved } from './find-reserved.ts'
import { isMapping, type Mapping } from './mapping.ts'

/** What the server writes and nobody may set by a manifest. */
const serverFields = [
  'managedFields',
  'uid',
  'resourceVersion',
  'selfLink',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]

/** A name is a part of the path that a request goes to (`ValidatePathSegmentName` of the API server). */
const unfitSegment = /^\.{1,2}$|[/%]/

const HALF = 'half of a surrogate pair (\\ud800 to \\udfff), which is no character'

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
  const unfit = ([metadata.name, metadata.namespace ?? ''] as const).find((each) => unfitSegment.test(each))
  if (unfit !== undefined)
    return `"${unfit}" is no name: names have no "/" and no "%", and are not "." or ".."`
  const written = serverFields.find((field) => metadata[field] !== undefined)
  if (written !== undefined) return `metadata.${written} is written by the server and cannot be applied`
  if (!isEmpty(metadata.ownerReferences)) {
    // With an owner that is not there, the garbage collector deletes the object.
    return 'metadata.ownerReferences names an owner by the uid that the server gave it; no manifest can know that'
  }
  if (!isEmpty(value.status)) return 'status is written by the server and cannot be applied'
  const reserved = findReserved(value)
  if (reserved !== undefined) return `${reserved} is for our own bookkeeping and cannot be set by a manifest`
  return readRules(value as unknown as KubernetesObject).problems[0] ?? findInexact(value, '')
}

/**
 * The object without what `kubectl create --dry-run -o yaml` leaves empty: `status: {}`, `creationTimestamp: null`; an
 * empty namespace is none.
 */
export function toObject(value: Mapping): KubernetesObject {
  const { namespace } = value.metadata as Mapping
  const empty = ['creationTimestamp', ...(namespace === '' ? ['namespace'] : [])]
  const metadata = withoutFields(value.metadata as Mapping, empty)
  return { ...withoutFields(value, ['status']), metadata } as unknown as KubernetesObject
}

/** Whether a document is one of a file of SOPS. Pure. */
export function isEncryptedObject({ sops }: Mapping): boolean {
  return isMapping(sops) && typeof sops.mac === 'string'
}

/**
 * What would arrive as something else: a number that JavaScript cannot hold exactly, or a text with half of a surrogate
 * pair (`"\ud800"`), for which the server puts a replacement character.
 */
function findInexact(value: unknown, path: string): string | undefined {
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  ) {
    return `${path}: the number is too large to be sent exactly; write it as text`
  }
  if (typeof value === 'string' && !value.isWellFormed()) return `${path}: the text has ${HALF}`
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, child] of Object.entries(value)) {
    if (!key.isWellFormed()) return `${path}: a key has ${HALF}`
    const found = findInexact(child, path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
