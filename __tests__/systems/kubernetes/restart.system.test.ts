import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ControlPlane, startControlPlane } from '../../../script/lib/control-plane.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { openOwnCluster, type OwnCluster, renderDeployments } from './own-cluster.ts'
import { parseYaml } from './testbed-cluster.ts'

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
  whileAway: () => Promise<void>,
): Promise<readonly string[]> {
  const { cluster } = own
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
  await expect.poll(() => said.at(-1)).toMatch(/1 of 1 replicas updated, 0 available/)
  await plane.kill()
  await whileAway()
  await plane.start()
  await own.setPod(pod!, true)
  await rollout
  return said
}

describe('an API server that is killed and started again in the middle of a rollout', () => {
  test('does not fail it, and what happens afterwards is seen', async () => {
    const said = await rollThroughRestart('restarted', () => systemClock.sleep(3_000))
    expect(said).toContainEqual(expect.stringMatching(/^the API does not answer.*connection refused/))
    expect(said).toContain('the API answers again')
    expect(said.at(-1)).toBe('1 of 1 replicas available')
  })

  test('does not fail it when it has forgotten the state that was watched', async () => {
    const said = await rollThroughRestart('compacted', () => plane.compact())
    expect(said.at(-1)).toBe('1 of 1 replicas available')
  })
})
