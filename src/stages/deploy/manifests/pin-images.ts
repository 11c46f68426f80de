import type { KubernetesObject } from '../../../systems/kubernetes/cluster.ts'
import { podSpecOf } from '../../../systems/kubernetes/pod-spec.ts'
import { annotations } from '../deployment.ts'

/** Kinds whose pods run the service, and where their pod template is. */
const podTemplatePaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

export function isWorkload(object: KubernetesObject): boolean {
  return Object.hasOwn(podTemplatePaths, object.kind)
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
  const path = podTemplatePaths[object.kind] ?? otherPath(object)
  if (path === undefined) return { object, pinned: 0 }
  const copy = structuredClone(object) as Mutable
  copy.metadata.annotations = {
    ...copy.metadata.annotations,
    [annotations.commit]: stamp.commit,
    [annotations.configCommit]: stamp.configCommit,
  }
  let pinned = 0
  for (const container of listContainers(copy, path)) {
    if (typeof container.image === 'string' && isServiceImage(container.image, stamp)) {
      container.image = `${stamp.repository}@${stamp.digest}`
      pinned += 1
    }
  }
  return { object: copy as KubernetesObject, pinned }
}

/** Of a bare pod, and of custom resources with a pod template, such as Argo's Rollout and Knative's Service. */
function otherPath(object: KubernetesObject): readonly string[] | undefined {
  if (podSpecOf(object) === undefined) return undefined
  return object.kind === 'Pod' ? [] : ['spec', 'template']
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

/** The containers of a workload's pods as its template names them, init containers first. */
export function containersOf(
  object: KubernetesObject,
): readonly { readonly name: string; readonly image?: unknown }[] {
  const path = podTemplatePaths[object.kind]
  return path === undefined ? [] : (listContainers(object, path) as { name: string; image?: unknown }[])
}

function listContainers(object: object, path: readonly string[]): { image?: unknown }[] {
  let value: unknown = object
  for (const key of [...path, 'spec']) {
    if (typeof value !== 'object' || value === null) return []
    value = (value as Record<string, unknown>)[key]
  }
  const spec = (value ?? {}) as Record<string, unknown>
  return ['initContainers', 'containers'].flatMap((key) => {
    const list = spec[key]
    return Array.isArray(list)
      ? (list as { image?: unknown }[]).filter((each) => typeof each === 'object')
      : []
  })
}
