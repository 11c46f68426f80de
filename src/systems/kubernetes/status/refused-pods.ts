import { creationGrace } from './creation.ts'
import { eventCount } from './objects.ts'
import type { Symptom, World } from './status.ts'

/**
 * StatefulSets, DaemonSets and Jobs have no condition for pods that they may not create: only their events tell. Those
 * of before the watch do not count. Pure.
 */
export function judgeRefusedPods({ workload, events, baseline }: World): readonly Symptom[] {
  const uid = workload.metadata.uid ?? ''
  return events
    .filter((event) => event.reason === 'FailedCreate' && event.involvedObject?.uid === uid)
    .filter((event) => eventCount(event) > (baseline.events.get(event.metadata.uid ?? '') ?? 0))
    .slice(0, 1)
    .map(({ message = '' }) => ({
      key: `${uid}/create`,
      graceMs: creationGrace(message, false),
      reason: 'FailedCreate',
      text: message,
    }))
}
