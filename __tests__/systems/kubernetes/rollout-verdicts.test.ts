import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeAll, type Judged, type Snapshot } from '../../../src/systems/kubernetes/rollout/judge-all.ts'
import { noBaseline } from '../../../src/systems/kubernetes/status/baseline.ts'
import { decideFailures } from '../../../src/systems/kubernetes/status/decide-failures.ts'
import { ObjectStore } from '../../../src/systems/kubernetes/watch/object-store.ts'
import type { WatchEvent } from '../../../src/systems/kubernetes/watch/object-store.ts'
import { readRecording, type Recording } from './recordings.ts'

const kinds = ['Deployment', 'ReplicaSet', 'Pod', 'Event'] as const
/** Every grace has passed. */
const late = { of: () => Infinity }

type Stores = Readonly<Record<(typeof kinds)[number], ObjectStore>>

function newStores(): Stores {
  return {
    Deployment: new ObjectStore(),
    ReplicaSet: new ObjectStore(),
    Pod: new ObjectStore(),
    Event: new ObjectStore(),
  }
}

function tell(stores: Stores, events: readonly WatchEvent[]): void {
  for (const event of events) stores[event.object.kind as keyof Stores].apply(event)
}

/** Lists again what was left in the cluster at the end of the recording. */
function relist(stores: Stores, { events }: Recording): void {
  const truth = newStores()
  tell(truth, events)
  const newest = events
    .map(({ object }) => Number(object.metadata.resourceVersion))
    .reduce((one, other) => Math.max(one, other), 0)
  for (const kind of kinds) stores[kind].replace(truth[kind].values(), String(newest))
}

function judge(stores: Stores, { expected }: Recording): Judged {
  const snapshot: Snapshot = {
    objects: stores.Deployment.values(),
    replicaSets: stores.ReplicaSet.values(),
    pods: stores.Pod.values(),
    events: stores.Event.values(),
    storageClasses: [],
    baseline: noBaseline,
  }
  const wanted = {
    object: expected,
    uid: expected.metadata.uid,
    generation: expected.metadata.generation ?? 0,
  }
  return judgeAll([wanted], snapshot)[0]!
}

/** What the wait loop would end with. */
function verdict(stores: Stores, recording: Recording): string {
  const { status } = judge(stores, recording)
  if (status.done) return 'done'
  const [failure] = decideFailures(status.symptoms, late, 0)
  return failure?.reason ?? `waiting: ${status.text}`
}

describe.each([
  ['rolling-update', /^done$/],
  ['image-not-found', /^(?:ErrImagePull|ImagePullBackOff)$/],
  ['crash-loop', /^CrashLoopBackOff$/],
  ['config-map-missing', /^CreateContainerConfigError$/],
  ['quota-exceeded', /^FailedCreate$/],
  ['never-ready', /^Unhealthy$/],
])('the recorded rollout %s', (name, ending) => {
  const recording = readRecording(name)
  const { events } = recording

  test('ends as it did', () => {
    const stores = newStores()
    tell(stores, events)
    expect(verdict(stores, recording)).toMatch(ending)
  })

  test('ends the same in any order of its events, however often each is told', () => {
    const told = newStores()
    tell(told, events)
    const truth = verdict(told, recording)
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        (shuffled) => {
          const stores = newStores()
          tell(stores, shuffled)
          expect(verdict(stores, recording)).toBe(truth)
        },
      ),
    )
  })

  test('ends the same after a new list, whatever was lost before and comes late after', () => {
    const told = newStores()
    tell(told, events)
    const truth = verdict(told, recording)
    fc.assert(
      fc.property(fc.shuffledSubarray([...events]), fc.shuffledSubarray([...events]), (before, after) => {
        const stores = newStores()
        tell(stores, before)
        relist(stores, recording)
        expect(verdict(stores, recording)).toBe(truth)
        tell(stores, after)
        expect(verdict(stores, recording)).toBe(truth)
      }),
    )
  })
})

test.each(['image-not-found', 'config-map-missing', 'quota-exceeded', 'never-ready'])(
  'the recorded rollout %s is at no moment taken for done, whatever is seen of it',
  (name) => {
    const recording = readRecording(name)
    fc.assert(
      fc.property(fc.shuffledSubarray([...recording.events]), (seen) => {
        const stores = newStores()
        for (const event of seen) {
          tell(stores, [event])
          expect(judge(stores, recording).status.done).toBe(false)
        }
      }),
    )
  },
)

test('a rolling update is not taken for done before its last old pod is gone', () => {
  const recording = readRecording('rolling-update')
  const stores = newStores()
  const doneAt = recording.events.findIndex((event) => {
    tell(stores, [event])
    return judge(stores, recording).status.done
  })
  const status = stores.Deployment.values()[0]?.status as Record<string, number>
  expect(doneAt).toBeGreaterThan(recording.events.length / 2)
  expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 })
})
