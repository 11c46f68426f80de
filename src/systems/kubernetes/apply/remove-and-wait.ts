import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Connected } from '../connected.ts'
import { type ApiResource, resourcePath } from '../discovery/api-resource.ts'
import { objectId, renderId } from '../object-id.ts'
import { readObject } from './read-object.ts'

/** How long pods may take to end: their grace period is 30 s unless they say otherwise. Milliseconds. */
const PATIENCE = 60_000
const INTERVAL = 250

/**
 * Deletes an object, what it owns first, and waits until it is gone.
 *
 * @param onAccepted called when the server has accepted the deletion
 * @throws StagegateError E_KUBE_CONFLICT when something holds it
 */
export async function removeAndWait(
  { client, clock }: Connected,
  resource: ApiResource,
  object: KubernetesObject,
  signal: AbortSignal,
  onAccepted: () => void,
): Promise<void> {
  const title = renderId(objectId(object))
  const live = await readObject(client, resource, objectId(object), signal)
  if (live === undefined) return
  const { uid } = live.metadata
  await client.send({
    method: 'DELETE',
    path: resourcePath(resource, object.metadata),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Foreground',
      // Only the one that was looked at, should someone else have put another in its place.
      preconditions: { uid },
    },
    signal,
    purpose: `delete ${title}`,
    allow: [404],
    repeatable: true,
  })
  onAccepted()
  const end = clock.monotonic() + PATIENCE
  for (;;) {
    const left = await readObject(client, resource, objectId(object), signal)
    if (left === undefined || left.metadata.uid !== uid) return
    if (clock.monotonic() > end) {
      const finalizers = left.metadata.finalizers
      throw new StagegateError('E_KUBE_CONFLICT', {
        message: `${title} was to be made anew and is still there ${PATIENCE / 1000} s after its deletion.`,
        evidence: Array.isArray(finalizers) ? [`held by the finalizers ${finalizers.join(', ')}`] : [],
        next: 'Look at what holds it, then rerun.',
      })
    }
    await clock.sleep(INTERVAL, signal)
  }
}
