import type { RunningImages } from '../cluster.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { type PodSpec, podSpecOf } from '../pod-spec.ts'
import { isNewest } from '../status/deployment.ts'
import { groupKind } from '../status/groups.ts'
import { isTrue } from '../status/job.ts'
import {
  type Container,
  type DaemonSet,
  type Deployment,
  isOwnedBy,
  isTerminating,
  type Job,
  type Pod,
  type StatefulSet,
} from '../status/objects.ts'

type RunningContainer = RunningImages['containers'][number]

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

/** Kinds whose pods are found by what is listed anyway; of all others the owners of pods are asked for. */
const owning = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  '/Pod',
]

export function findsPodsByLists(workload: KubernetesObject): boolean {
  return owning.includes(groupKind(workload))
}

/** What is around a workload. */
export interface Around {
  readonly pods: readonly Pod[]
  readonly replicaSets: readonly KubernetesObject[]
  /** Whether all of the pods are the workload's. */
  readonly owned: boolean
}

/** Which images the pods of a workload's current revision run. Pure. */
export function readRunning(live: KubernetesObject, { pods, replicaSets, owned }: Around): RunningImages {
  const { uid } = live.metadata
  const owners = replicaSets.filter((each) => isOwnedBy(each, uid))
  const all = pods.filter(
    (pod) =>
      owned ||
      pod.metadata.uid === uid ||
      isOwnedBy(pod, uid) ||
      owners.some(({ metadata }) => isOwnedBy(pod, metadata.uid)),
  )
  const isCurrent = revisionOf(live, owners)
  // A pod that failed, such as one that was evicted, runs nothing and is kept to be looked at.
  const current = all.filter((pod) => isCurrent(pod) && !isTerminating(pod) && pod.status?.phase !== 'Failed')
  const old = all.filter((pod) => !isCurrent(pod) || isTerminating(pod))
  return {
    containers: current.flatMap(containersOf),
    old: old.map(({ metadata }) => metadata.name),
    wanted: wantsPods(live, old.length > 0),
  }
}

/** What tells the pods of a workload's current revision from older ones. */
function revisionOf(live: KubernetesObject, replicaSets: readonly KubernetesObject[]): (pod: Pod) => boolean {
  switch (groupKind(live)) {
    case 'apps/Deployment': {
      const newest = replicaSets.find((each) => isNewest(each, live as Deployment))
      return (pod) => isOwnedBy(pod, newest?.metadata.uid)
    }
    case 'apps/StatefulSet': {
      const revision = (live as StatefulSet).status?.updateRevision
      return ({ metadata }) => metadata.labels?.['controller-revision-hash'] === revision
    }
    case 'apps/DaemonSet': {
      const generation = live.metadata.annotations?.[TEMPLATE_GENERATION]
      return ({ metadata }) =>
        generation === undefined || metadata.labels?.['pod-template-generation'] === generation
    }
    case 'apps/ReplicaSet':
    case 'batch/Job':
    case '/Pod':
      return () => true
    default:
      return isOfTemplate(podSpecOf(live))
  }
}

/** How a custom resource tells its revisions apart is its own affair: a pod with the template's images is of the current one. */
function isOfTemplate(template: PodSpec | undefined): (pod: Pod) => boolean {
  const images = new Map(listContainers(template).map(({ name, image }) => [name, image]))
  return ({ spec }) => {
    const ours = listContainers(spec).filter(({ name }) => images.has(name))
    return ours.length > 0 && ours.every(({ name, image }) => images.get(name) === image)
  }
}

/**
 * Whether there should be pods of the current revision. One that is updated only when someone deletes its pods need have
 * none yet; a custom resource may be scaled to zero, but has no reason to keep old pods alone.
 */
function wantsPods(live: KubernetesObject, hasOld: boolean): boolean {
  switch (groupKind(live)) {
    case 'apps/Deployment':
    case 'apps/ReplicaSet':
      return ((live as Deployment).spec?.replicas ?? 1) > 0
    case 'apps/StatefulSet': {
      const { replicas = 1, updateStrategy } = (live as StatefulSet).spec ?? {}
      const partition = updateStrategy?.rollingUpdate?.partition ?? 0
      return updateStrategy?.type !== 'OnDelete' && replicas > partition
    }
    case 'apps/DaemonSet': {
      const { spec, status } = live as DaemonSet
      return spec?.updateStrategy?.type !== 'OnDelete' && (status?.desiredNumberScheduled ?? 0) > 0
    }
    case 'batch/Job': {
      const { suspend = false, parallelism = 1 } = (live as Job).spec ?? {}
      return !suspend && parallelism > 0 && !isTrue(live, 'Complete')
    }
    case '/Pod':
      return true
    default:
      return hasOld
  }
}

/** By the pod's spec: a container that the node has not yet reported is in it too. */
function containersOf({ metadata, spec, status }: Pod): readonly RunningContainer[] {
  const reported = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return listContainers(spec).map(({ name }) => {
    const found = reported.find((each) => each.name === name)
    const { running, terminated } = found?.state ?? {}
    return {
      pod: metadata.name,
      container: name,
      imageId: found?.imageID ?? '',
      started: running !== undefined || terminated !== undefined,
    }
  })
}

function listContainers(spec: PodSpec | Pod['spec'] = {}): readonly Container[] {
  const { initContainers = [], containers = [] } = spec as NonNullable<Pod['spec']>
  return [...initContainers, ...containers]
}
