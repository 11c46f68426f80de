import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { judgeAll } from '../../../../src/systems/kubernetes/rollout/judge-all.ts'
import { takeBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import type { ObjectStatus } from '../../../../src/systems/kubernetes/status/status.ts'
import { ObjectStore, type WatchEvent } from '../../../../src/systems/kubernetes/watch/object-store.ts'
import { versionOf } from './history.ts'
import { listRecordings, readRecording, type Recording } from './recordings.ts'

/** A store for each kind, as a rollout has it. */
class Stores {
  readonly #stores = new Map<string, ObjectStore>()

  of(kind: string): ObjectStore {
    const store = this.#stores.get(kind) ?? new ObjectStore()
    this.#stores.set(kind, store)
    return store
  }

  tell(events: readonly WatchEvent[]): this {
    for (const event of events) this.of(event.object.kind).apply(event)
    return this
  }

  list(kinds: readonly string[], truth: Stores, version: number): void {
    for (const kind of kinds) this.of(kind).replace(truth.of(kind).values(), String(version))
  }
}

function start({ before }: Recording): Stores {
  return new Stores().tell(before.map((object) => ({ type: 'ADDED', object })))
}

function surroundings(stores: Stores): Parameters<typeof takeBaseline>[0] {
  const of = (kind: string): readonly KubernetesObject[] => stores.of(kind).values()
  return {
    objects: [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'ReplicaSet',
      'Job',
      'Pod',
      'PersistentVolumeClaim',
    ].flatMap(of),
    replicaSets: of('ReplicaSet'),
    pods: of('Pod'),
    events: of('Event'),
    storageClasses: [],
  }
}

function judge(stores: Stores, recording: Recording): readonly ObjectStatus[] {
  const baseline = takeBaseline(surroundings(start(recording)), { now: 0 })
  const expected = recording.expected.map((object) => {
    const { uid, generation = 0 } = object.metadata
    return { object, uid, generation, hasStatus: true }
  })
  return judgeAll(expected, { ...surroundings(stores), baseline }).map(({ status }) => status)
}

/** Everything that is said but texts: whether it is done, and every sign of failure. */
function sayings(stores: Stores, recording: Recording): unknown {
  return judge(stores, recording).map(({ done, settleMs, symptoms }) => ({
    done,
    settleMs,
    symptoms: symptoms.map(({ reason, key, graceMs }) => `${reason} ${key} ${graceMs}`).toSorted(),
  }))
}

describe.each(listRecordings())('the recorded rollout %s', (name) => {
  const recording = readRecording(name)
  const { events } = recording
  const truth = sayings(start(recording).tell(events), recording)

  test('is judged the same in any order of its events, however often each is told', () => {
    const twice = fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })
    fc.assert(
      fc.property(twice, (shuffled) => {
        expect(sayings(start(recording).tell(shuffled), recording)).toEqual(truth)
      }),
      { numRuns: 25 },
    )
  })

  test('is judged the same after a new list, whatever was lost before it and comes late after it', () => {
    const kinds = [...new Set(events.map(({ object }) => object.kind))]
    const version = Math.max(0, ...events.map(({ object }) => versionOf(object)))
    fc.assert(
      fc.property(fc.shuffledSubarray([...events]), fc.shuffledSubarray([...events]), (seen, late) => {
        const stores = start(recording).tell(seen)
        stores.list(kinds, start(recording).tell(events), version)
        expect(sayings(stores, recording)).toEqual(truth)
        expect(sayings(stores.tell(late), recording)).toEqual(truth)
      }),
      { numRuns: 25 },
    )
  })
})

/** Those whose pods are never ready, not even for a moment. */
const neverReady = listRecordings()
  .map(readRecording)
  .filter(({ verdict }) =>
    /Image|Pull|Config|Start|RunContainer|FailedCreate|FailedMount|Unschedulable/.test(verdict),
  )

test.each(neverReady)(
  'the recorded rollout $name is at no moment taken for done, whatever is seen of it',
  (recording) => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...recording.events]), (seen) => {
        const stores = start(recording)
        for (const event of seen) {
          const statuses = judge(stores.tell([event]), recording)
          expect(statuses.every(({ done }) => done)).toBe(false)
        }
      }),
      { numRuns: 15 },
    )
  },
)
