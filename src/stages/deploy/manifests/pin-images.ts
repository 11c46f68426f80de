import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import { isMapping } from '../../../systems/kubernetes/manifests/mapping.ts'
import { podSpecOf } from '../../../systems/kubernetes/pod-spec.ts'
import { annotations } from '../deployment.ts'

/** Kinds of Kubernetes itself whose pods run the service for longer than one pod lives. */
const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']

export function isWorkload(object: KubernetesObject): boolean {
  return workloads.includes(object.kind)
}

export interface Stamp {
  readonly service: string
  readonly repository: string
  readonly digest: string
  readonly commit: string
  readonly configCommit: string
}

/**
 * The object with the service's image pinned to the pushed digest, and the commits on a workload's own metadata: never
 * on its pod template, so that the same content does not roll the pods again. Pure.
 */
export function pinImages(
  object: KubernetesObject,
  stamp: Stamp,
): { object: KubernetesObject; pinned: number } {
  if (podSpecOf(object) === undefined) return { object, pinned: 0 }
  const copy = structuredClone(object) as Mutable
  copy.metadata.annotations = {
    ...copy.metadata.annotations,
    [annotations.commit]: stamp.commit,
    [annotations.configCommit]: stamp.configCommit,
  }
  let pinned = 0
  for (const container of listContainers(copy as KubernetesObject)) {
    if (typeof container.image === 'string' && isServiceImage(container.image, stamp)) {
      container.image = `${stamp.repository}@${stamp.digest}`
      pinned += 1
    }
  }
  return { object: copy as KubernetesObject, pinned }
}

/** Whether an image reference means the service: its repository, or its bare name, with any tag or digest. */
function isServiceImage(image: string, stamp: Stamp): boolean {
  const name = image.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[\w.-]+$/, '')
  return name === stamp.repository || name === stamp.service
}

interface Mutable {
  metadata: { annotations?: Record<string, string> }
  [field: string]: unknown
}

/**
 * The containers of the pods that an object makes, init containers first: of workloads, of a bare pod, and of custom
 * resources with a pod template, such as Argo's Rollout and Knative's Service.
 */
export function containersOf(object: KubernetesObject): readonly Readonly<TemplateContainer>[] {
  return listContainers(object)
}

interface TemplateContainer {
  name: string
  image?: unknown
}

function listContainers(object: KubernetesObject): TemplateContainer[] {
  const spec = podSpecOf(object) ?? {}
  return [spec.initContainers, spec.containers].flatMap((list) =>
    // An entry that is no mapping (`- ` alone is null) is left for the server, which refuses it by its place.
    Array.isArray(list)
      ? (list as unknown[]).filter((each): each is TemplateContainer => isMapping(each))
      : [],
  )
}
