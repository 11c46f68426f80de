import { ownedBy } from './belonging.ts'
import { judgeRefusal } from './creation.ts'
import type { ReplicaSet } from './objects.ts'
import { judgePod } from './pod.ts'
import { settle } from './settle.ts'
import { type ObjectStatus, waiting, type World } from './status.ts'

/** A ReplicaSet is done when as many pods as it wants are available; it never replaces pods that it has. */
export function judgeReplicaSet(world: World): ObjectStatus {
  const replicaSet = world.object as ReplicaSet
  const { spec = {}, status = {}, metadata } = replicaSet
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return waiting('waiting for the controller to see the change')
  }
  const wanted = spec.replicas ?? 1
  const { replicas = 0, availableReplicas = 0 } = status
  const pods = ownedBy(world.pods, metadata.uid)
  const text = `${availableReplicas} of ${wanted} replicas available`
  if (replicas === wanted && availableReplicas >= wanted) {
    return { done: true, ...settle(pods, world, wanted), text, symptoms: [], pods }
  }
  const symptoms = [...judgeRefusal(replicaSet, world, false), ...pods.flatMap((pod) => judgePod(pod, world))]
  return { done: false, text, symptoms, pods }
}
