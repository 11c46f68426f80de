import type { RunningImages } from '../../../systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import { containersOf } from '../manifests/pin-images.ts'

type RunningContainer = RunningImages['containers'][number]

export interface Running {
  /** Containers that should run the image, and do. */
  readonly right: readonly RunningContainer[]
  /** Containers that should, and run something else. */
  readonly wrong: readonly RunningContainer[]
  /** Containers that should, and of which the node has not said what they run. */
  readonly silent: readonly RunningContainer[]
}

/** The containers of a workload, init containers included, whose image is pinned to this one. Pure. */
export function pinnedContainers(workload: KubernetesObject, image: string): readonly string[] {
  return containersOf(workload)
    .filter((container) => container.image === image)
    .map((container) => container.name)
}

/**
 * Which containers run a digest. Told by their names, not by the image they run: whatever else stands there is wrong.
 * Pure.
 *
 * @param digests that may be running for the one that was pushed
 */
export function judgeRunning(
  containers: readonly RunningContainer[],
  pinned: readonly string[],
  digests: readonly string[],
): Running {
  const ours = containers.filter((each) => pinned.includes(each.container))
  const silent = ours.filter(({ imageId }) => imageId === '')
  const right = ours.filter(({ imageId }) => digests.includes(digestOf(imageId)))
  return { right, silent, wrong: ours.filter((each) => !right.includes(each) && !silent.includes(each)) }
}

/** The digest at the end of `registry/name@sha256:…`, `docker-pullable://…@sha256:…`, or of an image known by its id alone. */
export function digestOf(imageId: string): string {
  return /sha256:[0-9a-f]{64}$/.exec(imageId)?.[0] ?? ''
}
