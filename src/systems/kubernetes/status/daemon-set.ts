import { ownedBy } from './belonging.ts'
import type { DaemonSet } from './objects.ts'
import { judgeRefusedPods } from './creation.ts'
import { judgePod } from './pod.ts'
import { settle } from './settle.ts'
import { type ObjectStatus, waiting, type World } from './status.ts'

const GENERATION = 'deprecated.daemonset.template.generation'

/** A DaemonSet is done when every node that should has an available pod of the new template. */
export function judgeDaemonSet(world: World): ObjectStatus {
  const { spec = {}, status = {}, metadata } = world.object as DaemonSet
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return waiting('waiting for the controller to see the change')
  }
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status
  const generation = metadata.annotations?.[GENERATION]
  const pods = ownedBy(world.pods, metadata.uid).filter(
    (pod) => generation === undefined || pod.metadata.labels?.['pod-template-generation'] === generation,
  )
  const onDelete = spec.updateStrategy?.type === 'OnDelete'
  const updated = onDelete || updatedNumberScheduled >= wanted
  if (updated && numberAvailable >= wanted) {
    return {
      done: true,
      ...settle(pods, world, onDelete ? 0 : wanted),
      text: `available on ${numberAvailable} of ${wanted} nodes`,
      symptoms: [],
      pods,
    }
  }
  const text = `updated on ${updatedNumberScheduled} of ${wanted} nodes, available on ${numberAvailable}`
  const symptoms = [
    ...((status.currentNumberScheduled ?? 0) < wanted ? judgeRefusedPods(world) : []),
    ...pods.flatMap((pod) => judgePod(pod, world)),
  ]
  return { done: false, text, symptoms, pods }
}
