import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { ApiResource } from '../discovery/api-resource.ts'
import { resourcePath } from '../discovery/api-resource.ts'
import { expectObject } from '../client/expect-body.ts'
import { isSecret, objectId, renderId } from '../object-id.ts'
import { FIELD_MANAGER } from './field-manager.ts'
import { type FieldConflict, parseConflicts } from './parse-conflicts.ts'

export interface PatchOptions {
  readonly dryRun: boolean
  /** Takes fields over from whoever owns them. */
  readonly force: boolean
  readonly signal: AbortSignal
}

export type PatchResult =
  | { readonly object: KubernetesObject; readonly created: boolean }
  | { readonly conflicts: readonly FieldConflict[] }

/**
 * One server-side apply with strict validation: the object as the server has it then, or who owns its fields. May be
 * sent again: the same apply twice is the same as once.
 */
export async function patchObject(
  client: ApiClient,
  resource: ApiResource,
  object: KubernetesObject,
  { dryRun, force, signal }: PatchOptions,
): Promise<PatchResult> {
  const id = objectId(object)
  const title = renderId(id)
  const { status, body, refusal } = await client.send({
    method: 'PATCH',
    path: resourcePath(resource, object.metadata),
    query: {
      fieldManager: FIELD_MANAGER,
      fieldValidation: 'Strict',
      dryRun: dryRun ? 'All' : undefined,
      force: force ? 'true' : undefined,
    },
    contentType: 'application/apply-patch+yaml',
    body: object,
    signal,
    purpose: `${dryRun ? 'apply (dry run)' : 'apply'} ${title}`,
    allow: [409],
    check: expectObject(id),
    sensitive: isSecret(object),
    discovered: true,
    repeatable: true,
    retryConflict: true,
  })
  if (status !== 409) return { object: body as KubernetesObject, created: status === 201 }
  const conflicts = parseConflicts(refusal)
  if (conflicts.length > 0) return { conflicts }
  throw new StagegateError('E_KUBE_CONFLICT', {
    message: `${title} cannot be applied: ${refusal?.message ?? 'it was changed at the same time'}`,
  })
}
