import type { KubernetesObject, RunningImages } from './cluster.ts'
import type { Connected } from './connected.ts'
import { known, resourcePath } from './discovery/api-resource.ts'
import { renderId, objectId } from './object-id.ts'
import { isNewest } from './status/deployment.ts'
import { type Deployment, isOwnedBy, isTerminating, type Pod, type StatefulSet } from './status/objects.ts'
import { listObjects } from './watch/list-objects.ts'

type RunningContainer = RunningImages['containers'][number]

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

/** Which images the pods of a workload run, as the node resolved them, and which pods of earlier revisions are left. */
export async function runningImages(
  { client, discovery }: Connected,
  workload: KubernetesObject,
  signal: AbortSignal,
): Promise<RunningImages> {
  const { namespace = '' } = workload.metadata
  const resource = await discovery.require(workload, signal)
  const [answer, pods, replicaSets] = await Promise.all([
    client.send({
      method: 'GET',
      path: resourcePath(resource, workload.metadata),
      signal,
      purpose: `get ${renderId(objectId(workload))}`,
    }),
    listObjects(client, { resource: known.pods, namespace }, signal),
    workload.kind === 'Deployment'
      ? listObjects(client, { resource: known.replicaSets, namespace }, signal)
      : { items: [] },
  ])
  const live = answer.body as KubernetesObject
  const owners = replicaSets.items.filter((each) => isOwnedBy(each, live.metadata.uid))
  const all = pods.items.filter(
    (pod) =>
      pod.metadata.uid === live.metadata.uid ||
      isOwnedBy(pod, live.metadata.uid) ||
      owners.some(({ metadata }) => isOwnedBy(pod, metadata.uid)),
  ) as readonly Pod[]
  const isCurrent = revisionOf(live, owners)
  const current = all.filter((pod) => isCurrent(pod) && !isTerminating(pod))
  return {
    containers: current.flatMap(containersOf),
    old: all.filter((pod) => !current.includes(pod)).map(({ metadata }) => metadata.name),
  }
}

/** What tells the pods of a workload's current revision from older ones. */
function revisionOf(live: KubernetesObject, replicaSets: readonly KubernetesObject[]): (pod: Pod) => boolean {
  switch (live.kind) {
    case 'Deployment': {
      const newest = replicaSets.find((each) => isNewest(each, live as Deployment))
      return (pod) => isOwnedBy(pod, newest?.metadata.uid)
    }
    case 'StatefulSet': {
      const revision = (live as StatefulSet).status?.updateRevision
      return ({ metadata }) => metadata.labels?.['controller-revision-hash'] === revision
    }
    case 'DaemonSet': {
      const generation = live.metadata.annotations?.[TEMPLATE_GENERATION]
      return ({ metadata }) =>
        generation === undefined || metadata.labels?.['pod-template-generation'] === generation
    }
    default:
      return () => true
  }
}

/** By the pod's spec: a container that the node has not yet reported is in it too. */
function containersOf({ metadata, spec, status }: Pod): readonly RunningContainer[] {
  const reported = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  const { initContainers = [], containers = [] } = spec ?? {}
  return [...initContainers, ...containers].map(({ name }) => ({
    pod: metadata.name,
    container: name,
    imageId: reported.find((each) => each.name === name)?.imageID ?? '',
  }))
}
