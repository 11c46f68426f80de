import type { ApiClient } from '../client/api-client.ts'
import { expectObject } from '../client/expect-body.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { type ApiResource, resourcePath } from '../discovery/api-resource.ts'
import { isSecret, type ObjectId, renderId } from '../object-id.ts'

/**
 * The object as it is now; undefined when there is none.
 *
 * @throws StagegateError E_KUBE_PROTOCOL when the server answers with another one
 */
export async function readObject(
  client: ApiClient,
  resource: ApiResource,
  id: ObjectId,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const { status, body } = await client.send({
    method: 'GET',
    path: resourcePath(resource, id),
    signal,
    purpose: `get ${renderId(id)}`,
    allow: [404],
    check: expectObject(id),
    sensitive: isSecret(id),
    discovered: true,
  })
  return status === 404 ? undefined : (body as KubernetesObject)
}
