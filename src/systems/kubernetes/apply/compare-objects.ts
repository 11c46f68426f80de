import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../cluster.ts'
import { withoutFields } from '../without-fields.ts'

export const FIELD_MANAGER = 'stagegate'

/** Written by the server for its own purposes: they differ between an object and its dry run though nothing changes. */
const noise = ['resourceVersion', 'generation', 'managedFields', 'creationTimestamp', 'uid']

/**
 * Whether an apply whose dry run gave `planned` would change nothing: neither the object, nor which of its fields are
 * ours (else a field that leaves the manifest later would stay in the cluster). Pure.
 */
export function isUnchanged(live: KubernetesObject, planned: KubernetesObject): boolean {
  return (
    isDeepStrictEqual(withoutNoise(live), withoutNoise(planned)) &&
    isDeepStrictEqual(ownedFields(live), ownedFields(planned))
  )
}

function withoutNoise(object: KubernetesObject): object {
  return { ...withoutFields(object, ['status']), metadata: withoutFields(object.metadata, noise) }
}

interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly subresource?: string
  readonly fieldsV1?: unknown
}

function ownedFields({ metadata }: KubernetesObject): unknown {
  const entries = (metadata.managedFields ?? []) as readonly ManagedFields[]
  return entries.find(
    ({ manager, operation, subresource }) =>
      manager === FIELD_MANAGER && operation === 'Apply' && subresource === undefined,
  )?.fieldsV1
}
