import { isOwnedBy, type StatefulSet } from './objects.ts'
import { judgeRefusedPods } from './creation.ts'
import { judgePod, settle } from './pod.ts'
import { type ObjectStatus, waiting, type World } from './status.ts'

/** A StatefulSet is done when its pods above the partition are of the new revision and all are ready and available. */
export function judgeStatefulSet(world: World): ObjectStatus {
  const { spec = {}, status = {}, metadata } = world.object as StatefulSet
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return waiting('waiting for the controller to see the change')
  }
  const wanted = spec.replicas ?? 1
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0, updateRevision, currentRevision } = status
  const available = status.availableReplicas ?? readyReplicas
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0
  const pods = world.pods.filter(
    (pod) =>
      isOwnedBy(pod, metadata.uid) && pod.metadata.labels?.['controller-revision-hash'] === updateRevision,
  )
  const onDelete = spec.updateStrategy?.type === 'OnDelete'
  const updated =
    onDelete || (partition > 0 ? updatedReplicas >= wanted - partition : updateRevision === currentRevision)
  if (replicas === wanted && available >= wanted && updated) {
    const text = `${available} of ${wanted} replicas available${onDelete ? ', old pods until they are deleted' : ''}`
    return { done: true, ...settle(pods, world), text, symptoms: [], pods }
  }
  const text = `${Math.min(updatedReplicas, wanted)} of ${wanted} replicas updated, ${available} available`
  const symptoms = [
    ...(replicas < wanted ? judgeRefusedPods(world) : []),
    ...pods.flatMap((pod) => judgePod(pod, world)),
  ]
  return { done: false, text, symptoms, pods }
}
