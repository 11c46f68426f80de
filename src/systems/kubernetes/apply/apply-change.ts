import type { AppliedObject } from '../applied-object.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Connected } from '../connected.ts'
import { isSecret } from '../object-id.ts'
import { withoutFields } from '../without-fields.ts'
import { keepWriteTime } from '../write-time.ts'
import { isAutoscaled } from './autoscaling/leave-replicas.ts'
import { conflictError } from './conflict-error.ts'
import { withoutManagers } from './ownership/fields.ts'
import { migrateOwnership } from './ownership/migrate-ownership.ts'
import { isClientSideOnly } from './parse-conflicts.ts'
import { patchObject, type PatchResult } from './patch-object.ts'
import type { PlannedChange } from './plan-change.ts'
import { removeAndWait } from './remove-and-wait.ts'

/** How far the writes of one object have come, for when the next one fails. */
export type Reached = 'deleted' | 'sent'

/**
 * Does what was planned for one object. Nothing is written when nothing differs.
 *
 * @param onReached called when a deletion was accepted, and before anything else is written
 */
export async function applyChange(
  connected: Connected,
  { target, resource, change, object, sent, diff, asksAnew, takeOver }: PlannedChange,
  signal: AbortSignal,
  onReached: (reached: Reached) => void,
): Promise<AppliedObject> {
  if (change === 'unchanged') return { object: withoutSecretValues(object), change, diff }
  const { client } = connected
  if (change === 'recreated') {
    await removeAndWait(connected, resource, sent, signal, () => {
      onReached('deleted')
    })
  }
  onReached('sent')
  if (takeOver) await migrateOwnership(client, resource, sent, signal)
  let result = await patch(sent, false)
  if ('conflicts' in result && isAutoscaled(result.conflicts)) {
    result = await patch({ ...sent, spec: withoutFields(sent.spec as object, ['replicas']) }, false)
  }
  if ('conflicts' in result && isClientSideOnly(result.conflicts)) result = await patch(sent, true)
  if ('conflicts' in result) throw conflictError(target.title, result.conflicts)
  const written = asksAnew ? keepWriteTime(result.object) : withoutManagers(result.object)
  return { object: withoutSecretValues(written), change, diff }

  function patch(body: KubernetesObject, force: boolean): Promise<PatchResult> {
    return patchObject(client, resource, body, { dryRun: false, force, signal })
  }
}

export function withoutSecretValues(object: KubernetesObject): KubernetesObject {
  return isSecret(object) ? (withoutFields(object, ['data', 'stringData']) as KubernetesObject) : object
}
