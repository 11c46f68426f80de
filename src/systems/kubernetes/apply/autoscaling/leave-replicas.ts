import type { KubernetesObject } from '../../cluster.ts'
import { withoutFields } from '../../without-fields.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { mapping } from '../order/reference.ts'
import { appliedBy } from '../ownership/fields.ts'
import type { FieldConflict } from '../parse-conflicts.ts'

export function hasReplicas(object: KubernetesObject): boolean {
  return typeof mapping(object.spec).replicas === 'number'
}

/**
 * The manifest of an autoscaled object with the number of replicas that runs. While that number is still ours it is
 * repeated, for a field that its last owner gives up falls back to 1; from the autoscaler's first change on it is left
 * out. Pure.
 */
export function leaveReplicas(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const spec = withoutFields(mapping(object.spec), ['replicas'])
  const ours = mapping(appliedBy(live, FIELD_MANAGER)?.['f:spec'])['f:replicas'] !== undefined
  const { replicas } = mapping(live.spec)
  return { ...object, spec: ours && replicas !== undefined ? { ...spec, replicas } : spec }
}

/** Whether only the number of replicas is in conflict, with the controller that autoscales. Pure. */
export function isAutoscaled(conflicts: readonly FieldConflict[]): boolean {
  return (
    conflicts.length > 0 &&
    conflicts.every(
      ({ field, manager }) => field === '.spec.replicas' && manager === 'kube-controller-manager (scale)',
    )
  )
}
