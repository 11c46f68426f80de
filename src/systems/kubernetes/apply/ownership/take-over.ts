import type { KubernetesObject } from '../../kubernetes-object.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { isApplied, type ManagedFields, managedFieldsOf, uniteFields } from './fields.ts'

/** What `kubectl apply` without `--server-side` calls itself. */
const CLIENT_SIDE = 'kubectl-client-side-apply'

export function isClientSide(entry: ManagedFields): boolean {
  return entry.manager === CLIENT_SIDE && entry.operation === 'Update' && (entry.subresource ?? '') === ''
}

/**
 * The managed fields of an object after what a client-side apply owned has become ours, its annotation
 * `last-applied-configuration` included: what the manifest no longer has is then taken away by the next apply, where it
 * would have stayed for ever. Undefined when there is nothing to take over. As `k8s.io/client-go/util/csaupgrade` does.
 * Pure.
 */
export function takeOverClientSide(live: KubernetesObject): readonly ManagedFields[] | undefined {
  const entries = managedFieldsOf(live)
  const [first] = entries.filter(isClientSide)
  if (first === undefined) return undefined
  const ours = entries.find((entry) => isApplied(entry, FIELD_MANAGER)) ?? first
  const same = entries.filter((entry) => isClientSide(entry) && entry.apiVersion === ours.apiVersion)
  const united: ManagedFields = {
    ...ours,
    manager: FIELD_MANAGER,
    operation: 'Apply',
    fieldsV1: uniteFields([ours.fieldsV1, ...same.map((entry) => entry.fieldsV1)]),
  }
  const others = entries.filter((entry) => !isClientSide(entry) && entry !== ours)
  return [united, ...others]
}
