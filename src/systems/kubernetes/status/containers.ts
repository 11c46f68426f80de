import type { ContainerStatus, Pod } from './objects.ts'

/** What the node says of a pod's containers, init containers first. */
export function containersOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
}
