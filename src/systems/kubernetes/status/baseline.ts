import type { KubernetesObject } from '../cluster.ts'
import { type Condition, eventCount, findCondition } from './objects.ts'
import { containersOf } from './pod.ts'
import type { Baseline, Surroundings } from './status.ts'

/** What was so before a rollout. Pure. */
export function takeBaseline(
  before: Omit<Surroundings, 'baseline'> & { readonly objects: readonly KubernetesObject[] },
): Baseline {
  const containers = before.pods.flatMap((pod) =>
    containersOf(pod).map((status) => ({ key: `${pod.metadata.uid ?? ''}/${status.name}`, status })),
  )
  const exceeded = before.objects.flatMap((object) => {
    const { reason, lastUpdateTime } = conditionOf(object, 'Progressing') ?? {}
    return reason === 'ProgressDeadlineExceeded' && lastUpdateTime !== undefined
      ? [[object.metadata.uid ?? '', lastUpdateTime] as const]
      : []
  })
  const refused = before.replicaSets.flatMap((replicaSet) => {
    const { status, lastTransitionTime } = conditionOf(replicaSet, 'ReplicaFailure') ?? {}
    return status === 'True' && lastTransitionTime !== undefined
      ? [[replicaSet.metadata.uid ?? '', lastTransitionTime] as const]
      : []
  })
  const ready = containers.filter(({ status }) => status.ready === true)
  return {
    restarts: new Map(containers.map(({ key, status }) => [key, status.restartCount ?? 0])),
    ready: new Set(ready.map(({ key }) => key)),
    exceeded: new Map(exceeded),
    refused: new Map(refused),
    events: new Map(before.events.map((event) => [event.metadata.uid ?? '', eventCount(event)])),
  }
}

/** For what is new, and has nothing before it. */
export const noBaseline: Baseline = {
  restarts: new Map(),
  ready: new Set(),
  exceeded: new Map(),
  refused: new Map(),
  events: new Map(),
}

function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] }
  return findCondition(conditions, type)
}
