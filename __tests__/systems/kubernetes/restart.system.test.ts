import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ControlPlane, startControlPlane } from '../../../script/lib/control-plane.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import { lastState } from './last-state.ts'
import { openOwnCluster, type OwnCluster, renderDeployments } from './own-cluster.ts'
import { parseYaml } from './testbed-cluster.ts'
import { watchClient } from './watched-client.ts'

const { signal } = new AbortController()
let plane: ControlPlane
let own: OwnCluster

beforeAll(async () => {
  plane = await startControlPlane()
  own = openOwnCluster(plane)
})

afterAll(async () => {
  own.close()
  await plane.close()
})

/** Rolls one Deployment out while the API server is killed and started again, between its pod's creation and its start. */
async function rollThroughRestart(
  namespace: string,
  restart: () => Promise<void>,
  client = own.client,
): Promise<readonly string[]> {
  const cluster = createCluster(client, systemClock)
  await cluster.ensureNamespace(namespace, signal)
  const [applied] = await cluster.apply(parseYaml(renderDeployments(['api'])), {
    namespace,
    dryRun: false,
    signal,
    onApplied: () => undefined,
  })
  const said: string[] = []
  const rollout = cluster.awaitRollout([applied!.object], {
    signal,
    onProgress: ({ text }) => said.push(text),
  })
  rollout.catch(() => undefined)
  const [pod] = await own.pods(namespace, 1)
  await own.setPod(pod!, false)
  await expect.poll(() => lastState(said)).toMatch(/1 of 1 replicas updated, 0 available/)
  await restart()
  await own.setPod(pod!, true)
  await rollout
  return said
}

describe('an API server that is killed and started again in the middle of a rollout', () => {
  test('does not fail it, and what happens afterwards is seen', async () => {
    const said = await rollThroughRestart('restarted', async () => {
      await plane.kill()
      await systemClock.sleep(3_000)
      await plane.start()
    })
    expect(said).toContainEqual(expect.stringMatching(/^the API does not answer.*connection refused/))
    expect(said).toContain('the API answers again')
    expect(lastState(said)).toBe('1 of 1 replicas available')
  })

  test('does not fail it when it has forgotten the state from which a watch goes on', async () => {
    const held = Promise.withResolvers<undefined>()
    const waiting = Promise.withResolvers<undefined>()
    let watches = 0
    const client = watchClient(own.client, {
      // The first watch ends in good order, and the second one, which goes on from there, comes late.
      watchSeconds: 1,
      async beforeWatch(plural) {
        if (plural !== 'pods') return
        watches += 1
        if (watches !== 2) return
        waiting.resolve(undefined)
        await held.promise
      },
    })
    const said = await rollThroughRestart(
      'compacted',
      async () => {
        await waiting.promise
        await own.cluster.ensureNamespace('afterwards', signal)
        await plane.kill()
        await plane.compact()
        await plane.start()
        held.resolve(undefined)
        await expect
          .poll(() => client.refused.filter((each) => each.startsWith('watch pods: ')), { timeout: 20_000 })
          .not.toEqual([])
      },
      client,
    )
    expect(client.refused).toContainEqual(expect.stringMatching(/^watch pods: .*too old resource version/))
    const pods = client.asked.filter((each) => each.endsWith(' pods'))
    expect(pods.slice(0, 4)).toEqual(['list pods', 'watch pods', 'watch pods', 'list pods'])
    expect(lastState(said)).toBe('1 of 1 replicas available')
  })
})

describe('many Deployments', () => {
  test('are watched with as many requests as one', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `app-${at}`)
    const { cluster } = own
    await cluster.ensureNamespace('many', signal)
    const options = { namespace: 'many', dryRun: false, signal, onApplied: () => undefined }
    const applied = await cluster.apply(parseYaml(renderDeployments(names)), options)
    const objects = applied.map((each) => each.object)
    const pods = await own.pods('many', names.length)
    await Promise.all(pods.map((pod) => own.setPod(pod, true)))
    const quiet = { signal, onProgress: () => undefined }
    await cluster.awaitRollout(objects, quiet)
    const count = async (some: typeof objects): Promise<readonly string[]> => {
      const client = watchClient(own.client)
      await createCluster(client, systemClock).awaitRollout(some, quiet)
      return [...client.asked].sort()
    }
    const kinds = ['deployments', 'events', 'pods', 'replicasets']
    const once = [
      ...['get /api', 'get /apis'],
      ...kinds.map((kind) => `list ${kind}`),
      ...kinds.map((kind) => `watch ${kind}`),
    ]
    expect(await count(objects.slice(0, 1))).toEqual(once)
    expect(await count(objects)).toEqual(once)
  })

  test('are verified with one list for each resource', async () => {
    const path = '/apis/apps/v1/namespaces/many/deployments'
    const { body } = await own.client.send({ method: 'GET', path, signal, purpose: 'list Deployments' })
    const { items } = body as { readonly items: readonly KubernetesObject[] }
    const objects = items.map((each) => ({ ...each, apiVersion: 'apps/v1', kind: 'Deployment' }))
    const client = watchClient(own.client)
    const running = await createCluster(client, systemClock).runningImages(objects, signal)
    expect(running.map(({ containers }) => containers.length)).toEqual(objects.map(() => 1))
    expect([...client.asked].sort()).toEqual([
      ...['get /api', 'get /apis'],
      ...['list deployments', 'list pods', 'list replicasets'],
    ])
  })
})
