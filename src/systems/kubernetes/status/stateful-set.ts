import { ownedBy } from './belonging.ts'
import { judgeRefusedPods } from './creation.ts'
import type { Pod, StatefulSet } from './objects.ts'
import { isReady, judgePod } from './pod.ts'
import { settle } from './settle.ts'
import { type ObjectStatus, type Symptom, waiting, type World } from './status.ts'

/** What the change itself may heal: a Secret that comes with it, an image that is pushed meanwhile. Milliseconds. */
const OLD_POD_GRACE = 30_000
/** A container that crashed is started anew within the kubelet's longest back-off. Milliseconds. */
const OLD_CRASH_GRACE = 310_000

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
  const all = ownedBy(world.pods, metadata.uid)
  const pods = all.filter((pod) => revisionOf(pod) === updateRevision)
  const onDelete = spec.updateStrategy?.type === 'OnDelete'
  const updated =
    onDelete || (partition > 0 ? updatedReplicas >= wanted - partition : updateRevision === currentRevision)
  if (replicas === wanted && available >= wanted && updated) {
    const text = `${available} of ${wanted} replicas available${onDelete ? ', old pods until they are deleted' : ''}`
    const settled = settle(pods, world, onDelete ? 0 : wanted - partition)
    return { done: true, ...settled, text, symptoms: [], pods }
  }
  const text = `${Math.min(updatedReplicas, wanted)} of ${wanted} replicas updated, ${available} available`
  const inOrder = (spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady'
  const old = all.filter((pod) => revisionOf(pod) !== updateRevision && !isReady(pod))
  const symptoms = [
    ...(replicas < wanted ? judgeRefusedPods(world) : []),
    ...pods.flatMap((pod) => judgePod(pod, world)),
    ...(inOrder ? old.flatMap((pod) => judgeOldPod(pod, world)) : []),
  ]
  return { done: false, text, symptoms, pods }
}

/**
 * In order, the controller touches no pod before all that it made are ready: one of the earlier revision that never gets
 * ready keeps the new one from coming (Kubernetes documents it as "forced rollback"). A crash is certain once it has
 * happened again since the rollout began; everything else when it lasts.
 */
function judgeOldPod(pod: Pod, world: World): readonly Symptom[] {
  const again = new Set(judgePod(pod, world).map(({ key }) => key))
  return judgePod(pod, { ...world, baseline: { ...world.baseline, restarts: new Map() } }).map((symptom) => {
    const { key, graceMs, text } = symptom
    const crashed = key.endsWith('/crash')
    const lasts = crashed ? OLD_CRASH_GRACE : Math.max(graceMs, OLD_POD_GRACE)
    return {
      ...symptom,
      isEarlier: true,
      graceMs: crashed && again.has(key) ? 0 : lasts,
      text: `${text}; it is of the earlier revision, and no pod is replaced before this one is ready`,
    }
  })
}

function revisionOf({ metadata }: Pod): string | undefined {
  return metadata.labels?.['controller-revision-hash']
}
