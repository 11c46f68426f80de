import { StagegateError } from '../../../errors/index.ts'
import type { AppliedObject, KubernetesObject } from '../cluster.ts'
import type { ApiClient } from '../client/api-client.ts'
import { type ApiResource, resourcePath } from '../discovery/api-resource.ts'
import { isSecret } from '../object-id.ts'
import { isUnchanged } from './compare-objects.ts'
import { type FieldConflict, isClientSideOnly } from './parse-conflicts.ts'
import { patchObject } from './patch-object.ts'
import type { Target } from './target.ts'

/** What applying a target will do, from its dry run. */
export interface PlannedChange {
  readonly target: Target
  readonly resource: ApiResource
  readonly change: AppliedObject['change']
  /** As it is now, or would be. */
  readonly object: KubernetesObject
  /** Fields of a client-side apply are taken over. */
  readonly force: boolean
}

/**
 * Asks the server what applying a target would do, without doing it.
 *
 * @throws StagegateError E_FIELD_CONFLICT, E_MANIFEST_INVALID, E_IMMUTABLE_FIELD and what `toApiError` knows
 */
export async function planChange(
  client: ApiClient,
  target: Target,
  resource: ApiResource,
  signal: AbortSignal,
): Promise<PlannedChange> {
  const { object, title } = target
  const live = await readObject(client, resource, object, signal)
  const first = await patchObject(client, resource, object, { dryRun: true, force: false, signal })
  if ('object' in first) return decideChange(first.object, false)
  if (!isClientSideOnly(first.conflicts)) throw conflictError(title, first.conflicts)
  const forced = await patchObject(client, resource, object, { dryRun: true, force: true, signal })
  if ('conflicts' in forced) throw conflictError(title, forced.conflicts)
  return decideChange(forced.object, true)

  function decideChange(planned: KubernetesObject, force: boolean): PlannedChange {
    if (live === undefined) return { target, resource, change: 'created', object: planned, force }
    if (isUnchanged(live, planned)) return { target, resource, change: 'unchanged', object: live, force }
    return { target, resource, change: 'changed', object: planned, force }
  }
}

export async function readObject(
  client: ApiClient,
  resource: ApiResource,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const { status, body } = await client.send({
    method: 'GET',
    path: resourcePath(resource, object.metadata),
    signal,
    purpose: `get ${object.kind} ${object.metadata.name}`,
    allow: [404],
    sensitive: isSecret(object),
  })
  return status === 404 ? undefined : (body as KubernetesObject)
}

export function conflictError(title: string, conflicts: readonly FieldConflict[]): StagegateError {
  const managers = [...new Set(conflicts.map((each) => `"${each.manager}"`))].join(', ')
  const scaled = conflicts.some((each) => each.field === '.spec.replicas')
  return new StagegateError('E_FIELD_CONFLICT', {
    message: `${title}: ${managers} owns ${conflicts.length === 1 ? 'a field' : `${conflicts.length} fields`} that the manifest sets.`,
    evidence: conflicts.map(({ field, manager }) => `${title}: ${field} is owned by "${manager}"`),
    ...(scaled
      ? { next: 'Leave spec.replicas out of the manifest: something else scales this workload.' }
      : {}),
  })
}
