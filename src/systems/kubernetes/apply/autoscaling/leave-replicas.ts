import type { KubernetesObject } from '../../kubernetes-object.ts'
import { withoutFields } from '../../without-fields.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { mapping } from '../order/reference.ts'
import { podSpecOf } from '../../pod-spec.ts'
import { appliedBy, type FieldSet, managedFieldsOf } from '../ownership/fields.ts'
import { isClientSide } from '../ownership/take-over.ts'
import type { FieldConflict } from '../parse-conflicts.ts'

/** Kinds that make pods, but as many as there are nodes or work. */
const uncounted: ReadonlySet<string> = new Set(['CronJob', 'DaemonSet', 'Job', 'Pod', 'PodTemplate'])

/** Whether an object has a number of replicas, whether or not its manifest says which. Pure. */
export function isScalable(object: KubernetesObject): boolean {
  if (typeof mapping(object.spec).replicas === 'number') return true
  return !uncounted.has(object.kind) && podSpecOf(object) !== undefined
}

/**
 * The manifest of an autoscaled object with the number of replicas that runs. While that number is still ours, or a
 * client-side apply's whose fields become ours, it is repeated even where the manifest has none: a field that its last
 * owner gives up falls back to 1. From the autoscaler's first change on it is left out. Pure.
 */
export function leaveReplicas(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const spec = withoutFields(mapping(object.spec), ['replicas'])
  const sets = [appliedBy(live, FIELD_MANAGER), ...clientSideFields(live)]
  const ours = sets.some((fields) => mapping(fields?.['f:spec'])['f:replicas'] !== undefined)
  const { replicas } = mapping(live.spec)
  return { ...object, spec: ours && replicas !== undefined ? { ...spec, replicas } : spec }
}

function clientSideFields(live: KubernetesObject): readonly (FieldSet | undefined)[] {
  return managedFieldsOf(live)
    .filter(isClientSide)
    .map((entry) => entry.fieldsV1)
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
