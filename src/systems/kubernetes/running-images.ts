import type { KubernetesObject } from './cluster.ts'
import type { Connected } from './connected.ts'
import { known } from './discovery/api-resource.ts'
import { isNewest } from './status/deployment.ts'
import type { Deployment, Pod } from './status/objects.ts'
import { isOwnedBy, isTerminating } from './status/objects.ts'
import { containersOf } from './status/pod.ts'
import { readObject } from './apply/plan-change.ts'
import { listObjects } from './watch/list-objects.ts'

export interface RunningImage {
  readonly pod: string
  readonly container: string
  readonly imageId: string
}

/** Which images the pods of a workload's current revision run, as the node resolved them. */
export async function runningImages(
  { client, discovery }: Connected,
  workload: KubernetesObject,
  signal: AbortSignal,
): Promise<readonly RunningImage[]> {
  const { namespace = '', uid } = workload.metadata
  const pods = listObjects(client, { resource: known.pods, namespace }, signal)
  let owner = uid
  if (workload.kind === 'Deployment') {
    const resource = await discovery.require(workload, signal)
    const [live, { items }] = await Promise.all([
      readObject(client, resource, workload, signal),
      listObjects(client, { resource: known.replicaSets, namespace }, signal),
    ])
    owner = items.find((each) => live !== undefined && isNewest(each, live as Deployment))?.metadata.uid
  }
  return (await pods).items
    .filter((pod) => isOwnedBy(pod, owner) && !isTerminating(pod))
    .flatMap((pod) =>
      containersOf(pod as Pod)
        .filter((status) => (status.imageID ?? '') !== '')
        .map((status) => ({ pod: pod.metadata.name, container: status.name, imageId: status.imageID ?? '' })),
    )
}
