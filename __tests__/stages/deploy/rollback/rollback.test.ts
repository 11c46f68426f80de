import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import type { StepContext } from '../../../../src/pipeline/index.ts'
import type { Deployment } from '../../../../src/stages/deploy/deployment.ts'
import { notRolledBack, rollBack } from '../../../../src/stages/deploy/rollback/rollback.ts'
import type { WrittenObject } from '../../../../src/systems/kubernetes/applied-object.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { LeaseHold } from '../../../../src/systems/kubernetes/cluster.ts'
import { createCluster } from '../../../../src/systems/kubernetes/create-cluster.ts'
import { createSmallApi } from '../../../systems/kubernetes/apply/small-api.ts'

const namespace = 'staging'
const failure = new StagegateError('E_ROLLOUT_FAILED', { message: 'no', evidence: ['pod a: crashed'] })

const configMap = (name: string, value: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { value },
})

const held: LeaseHold = {
  lost: new AbortController().signal,
  tookOverFrom: undefined,
  regain: () => Promise.reject(new Error('it was not lost')),
  release: () => Promise.resolve(),
  leave: () => undefined,
}

const written: readonly WrittenObject[] = [
  { object: configMap('old', 'new'), change: 'changed', diff: [] },
  { object: configMap('new', 'new'), change: 'created', diff: [] },
  { object: configMap('same', 'same'), change: 'unchanged', diff: [] },
]

/** A deployment in a namespace that may have a good set. */
function deployed(
  good: readonly KubernetesObject[] | undefined,
  {
    allow = {},
    lease = held,
    owner,
  }: { readonly allow?: object; readonly lease?: LeaseHold; readonly owner?: object } = {},
) {
  const api = createSmallApi()
  if (good !== undefined) {
    const manifests = good.map(({ metadata: { name }, ...rest }) => ({
      object: { ...rest, metadata: { name } },
      source: 'k8s/all.yaml:1',
    }))
    const record = {
      owner,
      commit: 'c'.repeat(40),
      digest: `sha256:${'d'.repeat(64)}`,
      finishedAt: '2026-05-03T15:00:00Z',
      manifests,
    }
    api.stored.set('stagegate-api-record', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'stagegate-api-record', namespace },
      data: { record: gzipSync(JSON.stringify(record)).toString('base64') },
    })
  }
  const deployment = {
    config: { service: 'api', folder: 'services/api', trigger: { repository: 'acme/shop' } },
    settings: { namespace, rollback: 'auto', manifests: { configured: true, allow } },
    cluster: createCluster(api.connected.client, api.clock),
    lease,
    systems: { clock: api.clock },
  } as unknown as Deployment
  const ignore = () => undefined
  const step = {
    signal: new AbortController().signal,
    log: { info: ignore, warn: ignore },
    fact: ignore,
    keep: ignore,
  } as unknown as StepContext
  /** The failure that the run ends with, whether anything was put back or not. */
  const roll = async (
    led = { failure, written },
  ): Promise<StagegateError & { readonly restored: boolean }> => {
    const how = (restored: boolean) => (error: unknown) =>
      Object.assign(error as StagegateError, { restored })
    return rollBack(deployment, led, step).then(how(true), how(false))
  }
  return { api, roll }
}

describe('a rollback', () => {
  test('is not tried where nobody in the cluster would act on it', async () => {
    const { api, roll } = deployed([configMap('old', 'good')])
    const error = await roll({
      failure: new StagegateError('E_ROLLOUT_NO_PROGRESS', { message: 'nothing has moved for 60 s' }),
      written,
    })
    expect(error.code).toBe('E_ROLLOUT_NO_PROGRESS')
    expect(error.state).toMatch(/^Nothing was rolled back: nobody in the cluster acts on changes/)
    expect(api.stored.has('old')).toBe(false)
  })

  test('names what the run wrote that the set before does not have', async () => {
    const { api, roll } = deployed([configMap('old', 'good'), configMap('same', 'same')])
    const error = await roll()
    expect(error.state).toMatch(
      /^Rolled back: commit cccccccccccc .* What was written and is not in that set stays in the cluster; it is named above\.$/,
    )
    expect(error.evidence).toEqual([
      'pod a: crashed',
      'changed: ConfigMap staging/old',
      'created: ConfigMap staging/new',
      'not in the set before: created: ConfigMap staging/new',
    ])
    expect(api.stored.get('old')?.data).toEqual({ value: 'good' })
  })

  test('that restores all that was written says no more than that', async () => {
    const { roll } = deployed([configMap('old', 'good'), configMap('new', 'good')])
    const { state, restored } = await roll()
    expect(state).toMatch(/is running and available again\.$/)
    expect(restored).toBe(true)
  })

  test('without a set before says what stays', async () => {
    const error = await deployed(undefined).roll()
    expect(error).toMatchObject({
      code: 'E_ROLLOUT_FAILED',
      restored: false,
      state: 'There is no earlier good set to go back to; what was written stays in the cluster.',
      evidence: ['pod a: crashed', 'changed: ConfigMap staging/old', 'created: ConfigMap staging/new'],
    })
  })

  test('applies nothing of a record that is not one of ours, or has what is not allowed', async () => {
    const elsewhere = {
      ...configMap('old', 'good'),
      kind: 'Secret',
      metadata: { name: 'old', namespace: 'kube-system' },
    }
    const { api, roll } = deployed([elsewhere], { allow: { kinds: ['ConfigMap'] } })
    const error = await roll()
    expect(error.state).toBe(
      'The rollback failed: The last good set has objects that deploy.manifests.allow does not allow.',
    )
    expect(error.evidence).toContainEqual(expect.stringMatching(/Secret old: the kind is not one of those/))
    expect(api.asked.filter((each) => each.startsWith('PATCH'))).toEqual([])

    const forged = deployed([configMap('old', 'good')])
    const data = { record: gzipSync('{"commit": "--upload-pack=x"}').toString('base64') }
    forged.api.stored.set('stagegate-api-record', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'stagegate-api-record', namespace },
      data,
    })
    expect((await forged.roll()).state).toMatch(
      /^The rollback failed: The record of .* the Secret staging\/stagegate-api-record, cannot be used: its commit is none\.$/,
    )
    expect(forged.api.asked.filter((each) => each.startsWith('PATCH'))).toEqual([])
  })

  test('is never to the set of another service that has the same name', async () => {
    const owner = { repository: 'acme/shop', folder: 'services/web' }
    const { api, roll } = deployed([configMap('old', 'good')], { owner })
    const error = await roll()
    expect(error).toMatchObject({
      restored: false,
      state:
        'The rollback failed: The record staging/stagegate-api-record belongs to another service of the same name: the folder services/web of acme/shop; this one is the folder services/api of acme/shop.',
    })
    expect(api.asked.filter((each) => each.startsWith('PATCH'))).toEqual([])
  })

  test('does not say twice what the failure says already', () => {
    const said = failure.with({
      evidence: ['changed: ConfigMap staging/old', 'created: ConfigMap staging/new'],
    })
    const { evidence, state } = notRolledBack(said, written)
    expect(state).toBe('Nothing was rolled back: rollback is set to never.')
    expect(evidence).toEqual(said.evidence)
  })

  test('to a set without objects is none', async () => {
    const error = await deployed([]).roll()
    expect(error).toMatchObject({
      restored: false,
      state:
        'The last good set, of commit cccccccccccc, has no objects to put back; what was written stays in the cluster.',
    })
  })
})

describe('a rollback after the lock was lost', () => {
  const lost = (code: 'E_LOCK_LOST' | 'E_LOCK_REMOVED' | 'E_LOCK_UNREACHABLE', message: string) =>
    AbortSignal.abort(new StagegateError(code, { message }))

  test('takes the lock again where nobody else has had it, works under that hold, and frees it', async () => {
    let released = 0
    const again: LeaseHold = {
      ...held,
      release() {
        released += 1
        return Promise.resolve()
      },
    }
    const lease = {
      ...held,
      lost: lost('E_LOCK_UNREACHABLE', 'The lock could not be renewed.'),
      regain: () => Promise.resolve(again),
    }
    const { api, roll } = deployed([configMap('old', 'good')], { lease })
    const error = await roll()
    expect(error.restored).toBe(true)
    expect(error.state).toMatch(/^Rolled back: commit cccccccccccc/)
    expect(api.stored.get('old')?.data).toEqual({ value: 'good' })
    expect(released).toBe(1)
  })

  test('writes nothing where another has it, says who, what stays, and how to undo it', async () => {
    const lease = { ...held, lost: lost('E_LOCK_LOST', 'The lock was lost: run 2 holds it now.') }
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api', namespace } }
    const { api, roll } = deployed([configMap('old', 'good')], { lease })
    const error = await roll({ failure, written: [{ object: deployment, change: 'changed', diff: [] }] })
    expect(error).toMatchObject({
      restored: false,
      state:
        'Nothing was rolled back: The lock was lost: run 2 holds it now. What this deployment has written stays in the cluster: 1 object, named above.',
    })
    expect(error.evidence).toContain(
      'to undo by hand: kubectl rollout undo --namespace staging deployment/api',
    )
    expect(api.asked.filter((each) => each.startsWith('PATCH'))).toEqual([])
  })

  test('says that the lock could not be taken again, and why', async () => {
    const lease = {
      ...held,
      lost: lost('E_LOCK_REMOVED', 'The lock was deleted.'),
      regain: () => Promise.reject(new StagegateError('E_LOCK_LOST', { message: 'Run 3 holds it now.' })),
    }
    const { api, roll } = deployed([configMap('old', 'good')], { lease })
    const { state, restored } = await roll()
    expect(restored).toBe(false)
    expect(state).toMatch(
      /^Nothing was rolled back: The lock was deleted\. It could not be taken again: Run 3 holds it now\./,
    )
    expect(api.asked.filter((each) => each.startsWith('PATCH'))).toEqual([])
  })

  test('stops writing when the hold that it has taken again is lost too', async () => {
    const second = new AbortController()
    const lease = {
      ...held,
      lost: lost('E_LOCK_UNREACHABLE', 'The lock could not be renewed.'),
      regain: () => Promise.resolve({ ...held, lost: second.signal }),
    }
    const { api, roll } = deployed([configMap('old', 'good'), configMap('same', 'good')], { lease })
    api.before((_, asked) => {
      if (asked.startsWith('PATCH old') && !asked.includes('dry'))
        second.abort(new StagegateError('E_LOCK_LOST', { message: 'The lock was lost: run 2 holds it now.' }))
    })
    const { state, restored } = await roll()
    expect(restored).toBe(false)
    expect(state).toMatch(/^The rollback failed: .*run 2 holds it now/)
  })
})
