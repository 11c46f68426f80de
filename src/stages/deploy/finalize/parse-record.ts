import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { isMapping } from '../../../systems/kubernetes/manifests/mapping.ts'
import { type Owner, parseOwner } from '../owner.ts'

/** The set of objects of a deployment that was finished, as it was sent; no Secret is in it. */
export interface LastGood {
  /** Whose set it is; records of earlier releases do not say it. */
  readonly owner?: Owner
  readonly commit: string
  /** ISO 8601; records of earlier releases have it not. */
  readonly committedAt?: string
  readonly digest: string
  readonly finishedAt: string
  readonly manifests: readonly Manifest[]
}

/**
 * A record as it was stored; a text says what is wrong with it. What it says goes to Git, into the report and back into
 * the cluster, so nothing of it is taken unseen. Pure.
 */
export function parseRecord(text: string): LastGood | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is no JSON'
  }
  if (!isMapping(value)) return 'it is no mapping'
  const { commit, committedAt, digest, finishedAt, manifests } = value
  const owner = parseOwner(value.owner)
  if (!isText(commit, /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)) return 'its commit is none'
  if (!isText(digest, /^sha256:[0-9a-f]{64}$/)) return 'its digest is none'
  if (!isText(finishedAt, TIME)) return 'finishedAt is no time'
  if (committedAt !== undefined && !isText(committedAt, TIME)) return 'committedAt is no time'
  if (!Array.isArray(manifests)) return 'its manifests are no list'
  const wrong = manifests.findIndex((each) => !isManifest(each))
  if (wrong !== -1) return `manifest ${wrong + 1} of ${manifests.length} is no object of Kubernetes`
  return {
    ...(owner === undefined ? {} : { owner }),
    commit,
    ...(committedAt === undefined ? {} : { committedAt }),
    digest,
    finishedAt,
    manifests: (manifests as readonly Manifest[]).map(({ object, source, hidden }) => ({
      object,
      source,
      ...(isPaths(hidden) ? { hidden } : {}),
    })),
  }
}

/** ISO 8601, with a zone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value)
}

function isManifest(value: unknown): value is Manifest {
  return isMapping(value) && typeof value.source === 'string' && isObject(value.object)
}

/** Records of earlier releases have none. */
function isPaths(value: unknown): value is NonNullable<Manifest['hidden']> {
  const isKey = (key: unknown): boolean => typeof key === 'string' || typeof key === 'number'
  return Array.isArray(value) && value.every((path) => Array.isArray(path) && path.every(isKey))
}

function isObject(value: unknown): value is KubernetesObject {
  if (!isMapping(value) || !isMapping(value.metadata)) return false
  const { name, namespace } = value.metadata
  return (
    [value.apiVersion, value.kind, name].every((each) => typeof each === 'string' && each !== '') &&
    (namespace === undefined || typeof namespace === 'string')
  )
}
