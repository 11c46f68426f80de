import { StagegateError } from '../../../../errors/index.ts'
import type { ApiClient } from '../../client/api-client.ts'
import type { KubernetesObject } from '../../kubernetes-object.ts'
import { type ApiResource, resourcePath } from '../../discovery/api-resource.ts'
import { isSecret, objectId, renderId } from '../../object-id.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { readObject } from '../read-object.ts'
import { takeOverClientSide } from './take-over.ts'

/** As kubectl: controllers write all the time, and each write makes what was read old. */
const TRIES = 5

/** Makes what a client-side apply owns ours; the object itself stays as it is. */
export async function migrateOwnership(
  client: ApiClient,
  resource: ApiResource,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const title = renderId(objectId(object))
  for (let tries = 0; tries < TRIES; tries += 1) {
    const live = await readObject(client, resource, objectId(object), signal)
    const managedFields = live && takeOverClientSide(live)
    if (managedFields === undefined) return
    const { status } = await client.send({
      method: 'PATCH',
      path: resourcePath(resource, object.metadata),
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/json-patch+json',
      body: [
        { op: 'replace', path: '/metadata/managedFields', value: managedFields },
        // Refused when something was written since.
        { op: 'replace', path: '/metadata/resourceVersion', value: live?.metadata.resourceVersion },
      ],
      signal,
      purpose: `take over the fields of ${title}`,
      allow: [409],
      sensitive: isSecret(object),
      repeatable: true,
    })
    if (status !== 409) return
  }
  throw new StagegateError('E_KUBE_CONFLICT', {
    message: `${title} is written so often by others that its fields cannot be taken over.`,
  })
}
