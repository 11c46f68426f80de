import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ControlPlane, startControlPlane } from '../../../script/lib/control-plane.ts'
import { StagegateError } from '../../../src/errors/index.ts'
import { refuseRollback } from '../../../src/stages/deploy/rollback/refuse-rollback.ts'
import { type Clock, systemClock } from '../../../src/systems/clock/clock.ts'
import type { AppliedObject } from '../../../src/systems/kubernetes/applied-object.ts'
import type { RolloutEvidence } from '../../../src/systems/kubernetes/rollout-contract.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import { openOwnCluster, type OwnCluster, renderDeployments } from './own-cluster.ts'
import { parseYaml } from './testbed-cluster.ts'

/** A minute of it is four seconds. */
const fast: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 15 }
const { signal } = new AbortController()
const log = { info: () => undefined, warn: () => undefined, child: () => undefined }
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

async function apply(namespace: string, replicas = 1): Promise<AppliedObject> {
  await own.cluster.ensureNamespace(namespace, signal)
  const set = parseYaml(renderDeployments(['api'], replicas))
  const options = { namespace, dryRun: false, signal, onApplied: () => undefined }
  const [applied] = await own.cluster.apply(set, options)
  return applied!
}

/** A step whose time is up after some 90 s. */
function limited(): AbortSignal {
  return systemClock.deadline(6_000, () => new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }))
    .signal
}

/** Watches until the verdict. */
async function watch(
  { object }: AppliedObject,
  { clock = fast, ended = signal }: { readonly clock?: Clock; readonly ended?: AbortSignal } = {},
): Promise<{
  readonly error: StagegateError | undefined
  readonly said: readonly string[]
  readonly evidence: readonly RolloutEvidence[]
}> {
  const said: string[] = []
  let evidence: readonly RolloutEvidence[] = []
  try {
    await createCluster(own.client, clock).awaitRollout([object], {
      signal: ended,
      onProgress: ({ text }) => said.push(text),
      onEvidence: (all) => {
        evidence = all
      },
    })
    return { error: undefined, said, evidence }
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    return { error: thrown, said, evidence }
  }
}

describe('a rollout in a cluster whose controllers do not act', () => {
  test('says after a minute who has not acted, and ends with that when its time is up', async () => {
    plane.stopControllers()
    try {
      const applied = await apply('unseen')
      const { error, said, evidence } = await watch(applied, { ended: limited() })
      expect(error?.code).toBe('E_ROLLOUT_NO_PROGRESS')
      const why =
        'no controller has seen Deployment api as it is now (generation 1, observedGeneration 0); are the controllers of the cluster down?'
      expect(said).toContain(`nothing has moved for 60 s: ${why}`)
      expect(error?.message.replace(/\d+ s, until/, 'N s, until')).toBe(
        `Deployment unseen/api: nothing has moved for N s, until the time was up: ${why}`,
      )
      expect(evidence.map(({ object }) => object)).toEqual(['Deployment unseen/api'])
    } finally {
      plane.continueControllers()
    }
  })

  test('ends so also when they went away after they had made its pods', async () => {
    const applied = await apply('uncounted')
    const [pod] = await own.pods('uncounted', 1)
    await own.setPod(pod!, false)
    await expect
      .poll(
        async () =>
          (await own.cluster.get({ ...applied.object, ...applied.object.metadata }, signal))?.status,
      )
      .toMatchObject({ updatedReplicas: 1 })
    plane.stopControllers()
    try {
      await own.setPod(pod!, true)
      const { error } = await watch(applied, { ended: limited() })
      expect(error?.code).toBe('E_ROLLOUT_NO_PROGRESS')
      expect(error?.message).toMatch(
        /1 pod is ready, and no controller counts more than 0 for Deployment api/,
      )
    } finally {
      plane.continueControllers()
    }
  })

  test('ends so when no scheduler looks at its pods', async () => {
    const { error } = await watch(await apply('unscheduled', 2), { ended: limited() })
    expect(error?.code).toBe('E_ROLLOUT_NO_PROGRESS')
    expect(error?.message).toMatch(/no scheduler has looked at pod api-\S+ and 1 more/)
  })

  test('goes on when they act again, however late', async () => {
    plane.stopControllers()
    const applied = await apply('late')
    const watching = watch(applied)
    await systemClock.sleep(5_000)
    plane.continueControllers()
    const [pod] = await own.pods('late', 1)
    await own.setPod(pod!, true)
    const { error, said } = await watching
    expect(error).toBeUndefined()
    expect(said).toContainEqual(expect.stringMatching(/no controller has seen Deployment api/))
  })
})

describe('a rollout whose time is up while the API server is away', () => {
  test('says so, with what was last seen, and is not rolled back unless the server is there again', async () => {
    const applied = await apply('away')
    const [pod] = await own.pods('away', 1)
    await own.setPod(pod!, false)
    const ended = new AbortController()
    const watching = watch(applied, { clock: systemClock, ended: ended.signal })
    await systemClock.sleep(1_000)
    await plane.kill()
    try {
      await systemClock.sleep(5_000)
      ended.abort(new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }))
      const { error, said } = await watching
      expect(said).toContainEqual(expect.stringMatching(/^the API does not answer/))
      expect(error?.code).toBe('E_KUBE_UNAVAILABLE_DURING_ROLLOUT')
      expect(error?.message).toMatch(/^The Kubernetes API has not answered for [1-9]\d* s, and the time/)
      expect(error?.evidence).toEqual([
        'Deployment away/api, when it was last seen: 1 of 1 replicas updated, 0 available',
      ])
      const where = { cluster: own.cluster, clock: systemClock }
      const written: readonly AppliedObject[] = [{ ...applied, change: 'changed' }]
      expect(await refuseRollback(where, error!, written, { signal, log }, 1_000)).toEqual({
        state:
          'Nothing was rolled back: the Kubernetes API did not answer for another 1 s. The new objects are in the cluster.',
        evidence: ['to undo by hand: kubectl rollout undo --namespace away deployment/api'],
      })
      await plane.start()
      expect(await refuseRollback(where, error!, written, { signal, log }, 10_000)).toBeUndefined()
    } finally {
      await plane.start().catch(() => undefined)
    }
  })

  test('is not rolled back where nobody would act on it', async () => {
    const error = new StagegateError('E_ROLLOUT_NO_PROGRESS', { message: 'nothing has moved for 60 s' })
    const where = { cluster: own.cluster, clock: systemClock }
    const refusal = await refuseRollback(where, error, [await apply('useless')], { signal, log })
    expect(refusal?.state).toMatch(/^Nothing was rolled back: nobody in the cluster acts on changes/)
    const other = new StagegateError('E_ROLLOUT_FAILED', { message: 'it crashes' })
    expect(await refuseRollback(where, other, [], { signal, log })).toBeUndefined()
  })
})
