import type { KubernetesObject } from '../kubernetes-object.ts'
import { containersOf } from './containers.ts'
import { isMadeSince, isSince } from './freshness.ts'
import { type Condition, eventCount, eventTime, findCondition } from './objects.ts'
import type { Baseline, Surroundings } from './status.ts'

/**
 * A container that has run for so long is out of the kubelet's back-off, and no clock of a run is this wrong.
 * Milliseconds.
 */
const STABLE_TIME = 10 * 60_000

export interface Before extends Omit<Surroundings, 'baseline'> {
  readonly objects: readonly KubernetesObject[]
}

/**
 * What was so before a rollout, from the first look at it. Pure.
 *
 * @param since when the rollout's first change was written, by the server's clock: pods, ReplicaSets, conditions and
 * events from then on are the rollout's own; undefined when nothing was changed
 * @param now milliseconds since 1970
 */
export function takeBaseline(
  before: Before,
  { since, now }: { readonly since?: string; readonly now: number },
): Baseline {
  const isBefore = (object: KubernetesObject): boolean => since === undefined || !isMadeSince(object, since)
  const wasSo = (time: string): boolean => since === undefined || !isSince(time, since)
  const containers = before.pods
    .filter(isBefore)
    .flatMap((pod) =>
      containersOf(pod).map((status) => ({ key: `${pod.metadata.uid ?? ''}/${status.name}`, status })),
    )
  const exceeded = before.objects.flatMap((object) => {
    const { reason, lastUpdateTime } = conditionOf(object, 'Progressing') ?? {}
    return reason === 'ProgressDeadlineExceeded' && lastUpdateTime !== undefined && wasSo(lastUpdateTime)
      ? [[object.metadata.uid ?? '', lastUpdateTime] as const]
      : []
  })
  const refused = before.replicaSets.flatMap((replicaSet) => {
    const { status, lastTransitionTime } = conditionOf(replicaSet, 'ReplicaFailure') ?? {}
    return status === 'True' && lastTransitionTime !== undefined && wasSo(lastTransitionTime)
      ? [[replicaSet.metadata.uid ?? '', lastTransitionTime] as const]
      : []
  })
  const events = before.events.filter((event) => since === undefined || eventTime(event) < Date.parse(since))
  const ready = containers.filter(({ status }) => status.ready === true)
  const stable = ready.filter(
    ({ status }) => now - Date.parse(status.state?.running?.startedAt ?? '') >= STABLE_TIME,
  )
  return {
    restarts: new Map(containers.map(({ key, status }) => [key, status.restartCount ?? 0])),
    ready: new Set(ready.map(({ key }) => key)),
    stable: new Set(stable.map(({ key }) => key)),
    exceeded: new Map(exceeded),
    refused: new Map(refused),
    events: new Map(events.map((event) => [event.metadata.uid ?? '', eventCount(event)])),
  }
}

/** For what is new, and has nothing before it. */
export const noBaseline: Baseline = {
  restarts: new Map(),
  ready: new Set(),
  stable: new Set(),
  exceeded: new Map(),
  refused: new Map(),
  events: new Map(),
}

function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] }
  return findCondition(conditions, type)
}
