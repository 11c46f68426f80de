import { StagegateError } from '../../../../src/errors/index.ts'
import type { Connected } from '../../../../src/systems/kubernetes/connected.ts'
import type { ApiResource } from '../../../../src/systems/kubernetes/discovery/api-resource.ts'
import { parseApiVersion } from '../../../../src/systems/kubernetes/object-id.ts'
import { awaitRollout } from '../../../../src/systems/kubernetes/rollout/await-rollout.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { KubernetesEvent } from '../../../../src/systems/kubernetes/status/objects.ts'
import { createVirtualClock } from '../../virtual-clock.ts'
import { createHistory } from './history.ts'
import { isReadyForKubectl } from './kubectl-ready.ts'
import type { Recording } from './recordings.ts'
import { createReplayClient, type Faults } from './replay-client.ts'

/** What a recording never takes; in the milliseconds of its own clock. */
const LONGEST = 20 * 60_000

export interface Replayed {
  /** `done`, or the reason of the failure. */
  readonly verdict: string
  /** The moment of the recording at which it was said; milliseconds. */
  readonly at: number
}

/** Waits for a recorded rollout as a run does, by a clock of its own. */
export async function replay(recording: Recording, faults: Faults, seed: number): Promise<Replayed> {
  const random = createRandom(seed)
  const clock = createVirtualClock(random)
  const client = createReplayClient(recording, clock, faults, random)
  const connected: Connected = {
    client,
    clock,
    discovery: { find: findResource, require: findResource, all: () => Promise.resolve([]), reset: nothing },
  }
  const { signal } = clock.deadline(
    LONGEST,
    () => new StagegateError('E_STEP_TIMEOUT', { message: 'it takes too long' }),
  )
  let reason: string | undefined
  const rollout = awaitRollout(connected, recording.expected, {
    signal,
    onProgress: nothing,
    onEvidence: ([first]) => {
      reason = first?.reason
    },
  })
  const verdict = await clock.run(
    rollout.then(
      () => 'done',
      (thrown: unknown) => {
        if (!(thrown instanceof StagegateError)) throw thrown
        if (thrown.code !== 'E_ROLLOUT_FAILED') return thrown.code
        return reason ?? thrown.message
      },
    ),
  )
  return { verdict, at: recording.applied + clock.monotonic() }
}

/**
 * Whether everything was ready in truth, by the counts that kubectl goes by, at some moment of a span of a recording. A Job
 * that its `ttlSecondsAfterFinished` has removed was ready if it was before; a claim whose class waits for a pod need not
 * be bound.
 */
export function wasReady(recording: Recording, from: number, to: number): boolean {
  const history = createHistory(recording)
  const moments = [from, to, ...recording.events.map(({ at }) => at).filter((at) => at > from && at < to)]
  return moments.some((moment) => recording.expected.every((each) => isReady(each, moment)))

  function isReady({ kind, metadata: { uid } }: KubernetesObject, moment: number): boolean {
    const found = history.at(kind, moment).find(({ metadata }) => metadata.uid === uid)
    if (found !== undefined) return isReadyForKubectl(found) || waitsForConsumer(found, moment)
    const last = recording.events.findLast(({ at, object }) => at <= moment && object.metadata.uid === uid)
    return kind === 'Job' && last !== undefined && isReadyForKubectl(last.object)
  }

  function waitsForConsumer({ kind, metadata: { uid } }: KubernetesObject, moment: number): boolean {
    const events = history.at('Event', moment) as readonly KubernetesEvent[]
    return (
      kind === 'PersistentVolumeClaim' &&
      events.some(
        ({ reason, involvedObject }) => reason === 'WaitForFirstConsumer' && involvedObject?.uid === uid,
      )
    )
  }
}

function findResource({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string
  readonly kind: string
}): Promise<ApiResource> {
  const plural = `${kind.toLowerCase()}s`
  return Promise.resolve({ ...parseApiVersion(apiVersion), kind, plural, namespaced: true, hasStatus: true })
}

/** Mulberry32: the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function nothing(): void {
  // Nobody listens.
}
