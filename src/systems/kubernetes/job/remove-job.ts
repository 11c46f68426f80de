import type { ApiClient } from '../client/api-client.ts'
import { known, resourcePath } from '../discovery/api-resource.ts'
import type { Job } from '../status/objects.ts'

/**
 * Removes the Job that was seen, with its pods and what it owns: another of its name is not ours to remove. One that is
 * gone already is none to remove.
 *
 * @throws StagegateError E_KUBE_*
 */
export async function removeJob(
  client: ApiClient,
  { metadata: { name, namespace = '', uid } }: Job,
  signal: AbortSignal,
): Promise<void> {
  await client.send({
    method: 'DELETE',
    path: resourcePath(known.jobs, { namespace, name }),
    // All options in the body: with one the server reads none of the query, and leaves what a Job owns behind.
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid },
    },
    signal,
    purpose: `delete Job ${namespace}/${name}`,
    allow: [404, 409],
  })
}
