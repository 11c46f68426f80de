import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import type { StepContext } from '../../../../src/pipeline/index.ts'
import type { Deployment } from '../../../../src/stages/deploy/deployment.ts'
import { rollBack } from '../../../../src/stages/deploy/rollback/rollback.ts'
import type { WrittenObject } from '../../../../src/systems/kubernetes/applied-object.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
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

const written: readonly WrittenObject[] = [
  { object: configMap('old', 'new'), change: 'changed', diff: [] },
  { object: configMap('new', 'new'), change: 'created', diff: [] },
  { object: configMap('same', 'same'), change: 'unchanged', diff: [] },
]

/** A deployment in a namespace that may have a good set. */
function deployed(
  good: readonly KubernetesObject[] | undefined,
  rollback: 'auto' | 'never' = 'auto',
  allow: object = {},
) {
  const api = createSmallApi()
  if (good !== undefined) {
    const manifests = good.map(({ metadata: { name }, ...rest }) => ({
      object: { ...rest, metadata: { name } },
      source: 'k8s/all.yaml:1',
    }))
    const record = {
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
    config: { service: 'api' },
    settings: { namespace, rollback, manifests: { configured: true, allow } },
    cluster: createCluster(api.connected.client, api.clock),
    lease: { lost: new AbortController().signal },
    systems: { clock: api.clock },
  } as unknown as Deployment
  const ignore = () => undefined
  const step = {
    signal: new AbortController().signal,
    log: { info: ignore, warn: ignore },
    fact: ignore,
    keep: ignore,
  } as unknown as StepContext
  return { api, roll: (led = { failure, written }) => rollBack(deployment, led, step) }
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
    const { state } = await roll()
    expect(state).toMatch(/is running and available again\.$/)
  })

  test('without a set before says what stays', async () => {
    const error = await deployed(undefined).roll()
    expect(error).toMatchObject({
      code: 'E_ROLLOUT_FAILED',
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
    const { api, roll } = deployed([elsewhere], 'auto', { kinds: ['ConfigMap'] })
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

  test('does not say twice what the failure says already', async () => {
    const said = failure.with({
      evidence: ['changed: ConfigMap staging/old', 'created: ConfigMap staging/new'],
    })
    const { evidence } = await deployed(undefined, 'never').roll({ failure: said, written })
    expect(evidence).toEqual(said.evidence)
  })
})
