import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ObjectStore, type WatchEvent } from '../../../../src/systems/kubernetes/watch/object-store.ts'

interface Change {
  readonly uid: string
  readonly deletes: boolean
}

/** The events of a history as the server tells them, and what is left at its end. */
function play(history: readonly Change[]): {
  events: readonly WatchEvent[]
  left: ReadonlyMap<string, WatchEvent>
} {
  const left = new Map<string, WatchEvent>()
  const gone = new Set<string>()
  const events: WatchEvent[] = []
  history.forEach(({ uid, deletes }, index) => {
    if (gone.has(uid) || (deletes && !left.has(uid))) return
    const type = deletes ? 'DELETED' : left.has(uid) ? 'MODIFIED' : 'ADDED'
    const metadata = { name: uid, uid, resourceVersion: String(index + 10) }
    const event: WatchEvent = { type, object: { apiVersion: 'v1', kind: 'Pod', metadata } }
    events.push(event)
    if (deletes) {
      left.delete(uid)
      gone.add(uid)
    } else left.set(uid, event)
  })
  return { events, left }
}

const histories = fc.array(fc.record({ uid: fc.constantFrom('a', 'b', 'c', 'd'), deletes: fc.boolean() }), {
  maxLength: 30,
})
const versions = (store: ObjectStore) =>
  Object.fromEntries(store.values().map(({ metadata }) => [metadata.name, metadata.resourceVersion]))
const expected = (left: ReadonlyMap<string, WatchEvent>) =>
  Object.fromEntries([...left].map(([uid, { object }]) => [uid, object.metadata.resourceVersion]))

describe('a store of observed objects', () => {
  test('holds the same whatever the order and repetition of the events', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => {
          const { events, left } = play(history)
          return fc.tuple(
            fc.constant(left),
            fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
          )
        }),
        ([left, told]) => {
          const store = new ObjectStore()
          for (const event of told) store.apply(event)
          expect(versions(store)).toEqual(expected(left))
        },
      ),
    )
  })

  test('holds the truth after a list, whatever was lost before it and told again after it', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => {
          const { events, left } = play(history)
          return fc.tuple(
            fc.constant(left),
            fc.shuffledSubarray([...events]),
            fc.shuffledSubarray([...events]),
          )
        }),
        ([left, before, after]) => {
          const store = new ObjectStore()
          for (const event of before) store.apply(event)
          store.replace(
            [...left.values()].map((each) => each.object),
            '1000',
          )
          for (const event of after) store.apply(event)
          expect(versions(store)).toEqual(expected(left))
        },
      ),
    )
  })

  test('does not go back to an older list', () => {
    const pod = (uid: string, resourceVersion: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', uid, resourceVersion },
    })
    const store = new ObjectStore()
    store.replace([pod('new', '8')], '9')
    store.replace([pod('old', '3')], '5')
    expect(store.values()).toEqual([pod('new', '8')])
  })
})

describe('a store that remembers', () => {
  const job = (resourceVersion: string, ended = false) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', uid: 'a', resourceVersion },
    status: { ended },
  })

  test('knows what was deleted as it was last, from whichever tells it', () => {
    const watched = new ObjectStore(true)
    watched.apply({ type: 'ADDED', object: job('1') })
    watched.apply({ type: 'DELETED', object: job('3', true) })
    watched.apply({ type: 'DELETED', object: job('2') })
    expect(watched.gone()).toEqual([job('3', true)])
    const listed = new ObjectStore(true)
    listed.replace([job('2', true)], '2')
    listed.replace([], '4')
    expect(listed.gone()).toEqual([job('2', true)])
  })

  test('is one that was asked to', () => {
    const store = new ObjectStore()
    store.apply({ type: 'DELETED', object: job('3') })
    expect(store.gone()).toEqual([])
  })
})
