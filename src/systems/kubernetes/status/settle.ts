import { podSpecOf } from '../pod-spec.ts'
import { aboutOf } from './belonging.ts'
import { containersOf } from './containers.ts'
import { type Container, eventCount, type Pod } from './objects.ts'
import { probeFailure, windowOf } from './probes.ts'
import type { ObjectStatus, World } from './status.ts'

/**
 * A container without a readiness probe counts as ready while it crashes, until the kubelet looks again; after a
 * crash, until its back-off of 10 s is over. Milliseconds.
 */
const SETTLE_TIME = 3_000
const SETTLE_TIME_AFTER_CRASH = 12_000
/** A liveness probe that has failed once kills by Kubernetes' defaults within this time. Milliseconds. */
const SETTLE_TIME_AFTER_FAILURE = 30_000
/** However late a liveness probe begins: who wants to know more gives a readiness probe. Milliseconds. */
const SETTLE_TIME_AT_MOST = 120_000

type Settled = Required<Pick<ObjectStatus, 'settleMs' | 'settleKey'>>
type Around = Pick<World, 'baseline' | 'events' | 'object' | 'writtenAt'>

/**
 * How long pods have to stay ready until that means something: no time where readiness probes say so, or where they ran
 * before the rollout; as long as a liveness probe takes where there is only that one, and longer once it has failed.
 *
 * @param wanted how many of the new revision there must be: where none is seen of them, because pods may not be listed,
 * the workload's template says what is known
 */
export function settle(pods: readonly Pod[], world: Around, wanted: number): Settled {
  if (pods.length === 0) return { settleMs: wanted > 0 ? settleUnseen(world) : 0, settleKey: '' }
  const times = pods.flatMap((pod) => settlePod(pod, world))
  const restarts = pods.flatMap((pod) =>
    containersOf(pod).map(
      ({ name, restartCount = 0 }) => `${pod.metadata.uid ?? ''}/${name}/${restartCount}`,
    ),
  )
  return { settleMs: Math.max(0, ...times), settleKey: restarts.sort().join(' ') }
}

function settlePod(pod: Pod, { baseline, events }: Around): readonly number[] {
  const uid = pod.metadata.uid ?? ''
  const fresh = aboutOf(events, uid).filter(
    (event) => eventCount(event) > (baseline.events.get(event.metadata.uid ?? '') ?? 0),
  )
  return lastingContainers(pod.spec).map((container) => {
    const { name, readinessProbe } = container
    if (probeFailure(fresh, name, 'Liveness') !== undefined) return SETTLE_TIME_AFTER_FAILURE
    if (readinessProbe !== undefined) return 0
    const key = `${uid}/${name}`
    const status = containersOf(pod).find((each) => each.name === name)
    const crashed = (status?.lastState?.terminated?.exitCode ?? 0) !== 0
    const isAsBefore = baseline.ready.has(key) && baseline.restarts.get(key) === (status?.restartCount ?? 0)
    if (isAsBefore && (!crashed || baseline.stable.has(key))) return 0
    return settleContainer(container, crashed)
  })
}

/** Of pods that nobody sees a crash is not seen either; an object that was not changed has them from before. */
function settleUnseen({ object, writtenAt }: Around): number {
  if (writtenAt === undefined) return 0
  const times = lastingContainers(podSpecOf(object)).map((container) =>
    container.readinessProbe === undefined ? settleContainer(container, true) : 0,
  )
  return Math.max(0, ...times)
}

function settleContainer({ livenessProbe }: Container, crashed: boolean): number {
  const alive = livenessProbe === undefined ? 0 : windowOf(livenessProbe)
  return Math.max(crashed ? SETTLE_TIME_AFTER_CRASH : SETTLE_TIME, Math.min(alive, SETTLE_TIME_AT_MOST))
}

/** Those that have to stay up: native sidecars too. */
function lastingContainers(spec: object | undefined): readonly Container[] {
  const { initContainers = [], containers = [] } = (spec ?? {}) as NonNullable<Pod['spec']>
  return [...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'), ...containers]
}
