import type { ApiClient } from '../client/api-client.ts'
import type { KubernetesObject } from '../cluster.ts'
import { type ApiResource, resourcePath } from '../discovery/api-resource.ts'
import { isSecret, objectId, renderId } from '../object-id.ts'

/** The object as it is now; undefined when there is none. */
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
    purpose: `get ${renderId(objectId(object))}`,
    allow: [404],
    sensitive: isSecret(object),
  })
  return status === 404 ? undefined : (body as KubernetesObject)
}
