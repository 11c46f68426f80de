import { StagegateError } from '../../../../src/errors/index.ts'
import type { Connected } from '../../../../src/systems/kubernetes/connected.ts'
import type { ApiResource } from '../../../../src/systems/kubernetes/discovery/api-resource.ts'
import { parseApiVersion } from '../../../../src/systems/kubernetes/object-id.ts'
import { awaitRollout } from '../../../../src/systems/kubernetes/rollout/await-rollout.ts'
import { judgeAll } from '../../../../src/systems/kubernetes/rollout/judge-all.ts'
import { noBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import { createVirtualClock } from '../../virtual-clock.ts'
import { createHistory } from './history.ts'
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

/** Whether everything was ready at a moment of a recording, in truth. */
export function isReady(recording: Recording, at: number): boolean {
  const history = createHistory(recording)
  const of = (kind: string) => history.at(kind, at)
  const objects = [...new Set(recording.expected.map(({ kind }) => kind))].flatMap(of)
  const snapshot = {
    objects,
    replicaSets: of('ReplicaSet'),
    pods: of('Pod'),
    events: of('Event'),
    storageClasses: of('StorageClass'),
    baseline: noBaseline,
  }
  const expected = recording.expected.map((object) => ({
    object,
    uid: object.metadata.uid,
    generation: object.metadata.generation ?? 0,
  }))
  return judgeAll(expected, snapshot).every(({ status }) => status.done)
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
