import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeObjects } from '../../../script/bench/kubernetes/objects.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import type { ApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import type { Deployment } from '../../../src/systems/kubernetes/status/objects.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster
let objects: readonly KubernetesObject[]

beforeAll(async () => {
  bed = await openTestbedCluster('count')
  objects = makeObjects(90, bed.namespace)
})

afterAll(() => bed.close())

/** What one apply asks the server for, by what it is: as a run that begins, with nothing known of before. */
async function countRequests(set: readonly KubernetesObject[], dryRun = false) {
  const counts: Record<string, number> = {}
  const client: ApiClient = {
    ...bed.client,
    send(request) {
      const { method, path, query } = request
      const what = /^\/apis?$/.test(path)
        ? 'discovery'
        : path.endsWith('/horizontalpodautoscalers')
          ? 'list of autoscalers'
          : /\/namespaces\/[^/]+\/[^/]+$/.test(path)
            ? 'list'
            : `${method}${query?.dryRun === undefined ? '' : ' dry run'}`
      counts[what] = (counts[what] ?? 0) + 1
      return bed.client.send(request)
    },
  }
  const manifests = set.map((object, at) => ({ object, source: `all.yaml:${at + 1}` }))
  await createCluster(client, systemClock).apply(manifests, {
    namespace: bed.namespace,
    dryRun,
    signal: new AbortController().signal,
    onApplied: () => undefined,
  })
  return counts
}

/** Waits until no controller writes any more: a write between dry run and look costs one more of each. */
async function settled(): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${bed.namespace}/deployments`
  const { signal } = new AbortController()
  for (let before = ''; ;) {
    const { body } = await bed.client.send({ method: 'GET', path, purpose: 'list Deployments', signal })
    const { items } = body as { readonly items: readonly Deployment[] }
    const now = items.map(({ metadata }) => metadata.resourceVersion).join()
    const isSeen = items.every(({ metadata, status }) => status?.observedGeneration === metadata.generation)
    if (isSeen && now === before) return
    before = now
    await systemClock.sleep(300, signal)
  }
}

const discovery = { discovery: 2 }
const asked = { ...discovery, 'list of autoscalers': 1 }

describe('the requests of an apply, beside two that discover all kinds and one for the autoscalers of what may change', () => {
  test('are one look for each kind and one for each object in a dry run', async () => {
    expect(await countRequests(objects, true)).toEqual({ ...asked, list: 3, 'PATCH dry run': 90 })
  })

  test('are two for each object that is new, its dry run and its write', async () => {
    expect(await countRequests(objects)).toEqual({ ...asked, list: 3, 'PATCH dry run': 90, PATCH: 90 })
  })

  test('are none but the looks for objects that are unchanged', async () => {
    await settled()
    expect(await countRequests(objects)).toEqual({ ...discovery, list: 3 })
    expect(await countRequests(objects, true)).toEqual({ ...discovery, list: 3 })
  })

  test('are a look for each object of a few, and its dry run and its write where it is new', async () => {
    await settled()
    const few = objects.slice(0, 6)
    expect(await countRequests(few)).toEqual({ ...discovery, GET: 6 })
    const others = makeObjects(6, bed.namespace).map((each) => renamed(each, `few-${each.metadata.name}`))
    expect(await countRequests(others)).toEqual({ ...asked, GET: 6, 'PATCH dry run': 6, PATCH: 6 })
  })

  test('are two for each object that changes, its dry run and its write', async () => {
    await settled()
    const changed = objects.map((object, at) =>
      at < 3 ? { ...object, metadata: { ...object.metadata, annotations: { round: 'two' } } } : object,
    )
    expect(await countRequests(changed)).toEqual({ ...asked, list: 3, 'PATCH dry run': 3, PATCH: 3 })
  })

  test('are a look for each object that a list has no room for, beside those of others', async () => {
    const [first] = objects
    if (first === undefined) throw new Error('there are none')
    const own = Array.from({ length: 8 }, (_, at) => renamed(first, `z-own-${at}`))
    const fresh = { ...discovery, list: 1, GET: 8, 'PATCH dry run': 8, PATCH: 8 }
    expect(await countRequests(own)).toEqual(fresh)
    expect(await countRequests(own)).toEqual({ ...discovery, list: 1, GET: 8 })
  })

  test('are one look for each 250 objects of a kind', async () => {
    const [first] = objects
    if (first === undefined) throw new Error('there are none')
    const many = Array.from({ length: 600 }, (_, at) => renamed(first, `many-${at}`))
    const fresh = { ...discovery, list: 1, 'PATCH dry run': 600, PATCH: 600 }
    expect(await countRequests(many)).toEqual(fresh)
    expect(await countRequests(many)).toEqual({ ...discovery, list: 3 })
    const changed = many.map((object) => ({ ...object, data: { PORT: '8081' } }))
    // Of so many that differ, not all are kept in memory: what differs is asked for once more.
    expect(await countRequests(changed)).toEqual({
      ...discovery,
      list: 3,
      GET: 200,
      'PATCH dry run': 600,
      PATCH: 600,
    })
  })
})

function renamed(object: KubernetesObject, name: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name } }
}
