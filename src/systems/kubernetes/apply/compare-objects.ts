import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { withoutFields } from '../without-fields.ts'
import { FIELD_MANAGER } from './field-manager.ts'
import { appliedBy } from './ownership/fields.ts'

/** Written by the server for its own purposes: they differ between an object and its dry run though nothing changes. */
export const noise = ['resourceVersion', 'generation', 'managedFields', 'creationTimestamp', 'uid']

/**
 * Whether an apply whose dry run gave `planned` would change nothing: neither the object, nor which of its fields are
 * ours (else a field that leaves the manifest later would stay in the cluster). Pure.
 */
export function isUnchanged(live: KubernetesObject, planned: KubernetesObject): boolean {
  return (
    isDeepStrictEqual(withoutNoise(live), withoutNoise(planned)) &&
    isDeepStrictEqual(appliedBy(live, FIELD_MANAGER), appliedBy(planned, FIELD_MANAGER))
  )
}

function withoutNoise(object: KubernetesObject): object {
  return { ...withoutFields(object, ['status']), metadata: withoutFields(object.metadata, noise) }
}
