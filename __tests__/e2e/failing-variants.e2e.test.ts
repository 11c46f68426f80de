import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectGivenBack, expectNoSecret, tail } from './expectations.ts'
import { type Edit, type FailingVariant, failingVariants } from './failing-variants.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

/** Fewer requests by the DAST scanner: it finds the variant that is about it all the same. */
const shorterScan: Edit = {
  path: 'schemathesis.toml',
  replace: { find: 'max-examples = 50', with: 'max-examples = 5' },
}
const run = new SampleRun()
const staging = new Staging(run.testbed)
const good = { commit: '', digest: '' }

beforeAll(async () => {
  good.commit = await run.commit('Scan with fewer requests', [shorterScan])
  const result = await run.call()
  expect(result.exitCode, tail(result)).toBe(0)
  good.digest = result.outputs['image-digest'] ?? ''
})
afterAll(() => {
  run.close()
})

/** Each stage with its result; a step that ran is told from one that was kept from running. */
function expectStoppedAt(result: BundleResult, { failedStage, failedStep }: FailingVariant['expect']): void {
  const stages = result.report?.stages ?? []
  const at = stages.findIndex(({ id }) => id === failedStage)
  for (const [index, stage] of stages.entries()) {
    const expected = index < at ? 'success' : index === at ? 'failure' : 'skipped'
    expect({ stage: stage.id, result: stage.result }).toEqual({ stage: stage.id, result: expected })
    if (expected !== 'skipped') continue
    expect(stage.reason).toContain(failedStage)
    expect(stage.steps.map((step) => step.result).filter((each) => each !== 'skipped')).toEqual([])
  }
  const steps = stages[at]?.steps ?? []
  const failed = steps.findIndex(({ id }) => `${failedStage}.${id}` === failedStep)
  expect(steps[failed]?.result).toBe('failure')
  // Steps of a scan and of a build run beside each other; those of a deployment never.
  if (failedStage !== 'deploy') return
  const after = steps.slice(failed + 1).filter(({ id }) => id !== 'rollback')
  expect(after.map(({ result: each }) => each)).toEqual(after.map(() => 'skipped'))
}

describe.each(failingVariants)('a commit that fails in $stage: $title', (variant) => {
  const { failedStage, failedStep, cause } = variant.expect
  const deployed = ['rollout', 'migration', 'smoke'].includes(variant.stage)
  let result: BundleResult
  let commit: string
  beforeAll(async () => {
    run.newRun()
    commit = await run.commit(variant.title, [...variant.edit, shorterScan])
    result = await run.call()
    console.info(`${failedStep}: ${(result.durationMs / 1000).toFixed(0)} s`)
  })

  it('stops there, and runs nothing after it but the report', () => {
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.outputs).toMatchObject({
      result: 'failure',
      'failed-stage': failedStage,
      'failed-step': failedStep,
    })
    expect(result.report?.result).toBe('failure')
    expectStoppedAt(result, variant.expect)
  })

  it('says the cause with its code in log, summary and report', () => {
    const failure = result.report?.failure
    expect(failure?.code).toMatch(/^E_[A-Z_]+$/)
    expect([failure?.message, ...(failure?.evidence ?? [])].join('\n')).toMatch(cause)
    expect(result.log).toContain(`${failedStep}: `)
    expect(result.log).toContain(`${failure?.code ?? ''} https://`)
    expect(result.summary).toContain(failure?.code ?? '')
    expect(result.summary).toMatch(cause)
  })

  it('keeps why the rollout failed, where it did: cause, log, what changed', () => {
    const rollout = result.report?.rollout ?? []
    const failed = variant.stage === 'rollout' ? [expect.stringMatching(/^Deployment .*ai-gen-service$/)] : []
    expect(rollout.map(({ object }) => object)).toEqual(failed)
    for (const { pods, diff } of rollout) {
      const log = pods.flatMap(({ containers }) => containers.flatMap((each) => each.log)).join('\n')
      expect(log).toMatch(/Cannot find module/)
      expect(diff.join('\n')).toMatch(/image/)
      expect(result.summary).toContain('### Why the rollout failed')
      // The same lines were shown while the pod wrote them.
      expect(result.log).toMatch(/^ai-gen-service-\S+ \| .*Cannot find module/m)
    }
  })

  it('makes the commit status, the check run and the deployment red', async () => {
    const { statuses, checks, deployments } = await run.github(commit)
    const [last, ...earlier] = statuses.map(({ state }) => state)
    expect([last, new Set(earlier)]).toEqual(['failure', new Set(['pending'])])
    expect(statuses[0]?.description?.startsWith(`${failedStep}: `)).toBe(true)
    expect(checks.find(({ name }) => name === `Stagegate / ${failedStage}`)?.conclusion).toBe('failure')
    const states = deployments.map((each) => each.statuses.map(({ state }) => state))
    expect(states).toEqual(failedStage === 'deploy' ? [['in_progress', 'failure']] : [])
  })

  it('leaves the last good commit running, and pushes and deploys nothing that has not passed', async () => {
    const pushed = await staging.taggedDigest(`sha-${commit}`)
    expect(pushed === undefined).toBe(failedStage !== 'deploy')
    const rollback = result.report?.stages
      .find(({ id }) => id === 'deploy')
      ?.steps.find(({ id }) => id === 'rollback')
    expect(rollback?.result).toBe(deployed ? 'success' : 'skipped')
    if (deployed)
      expect(result.report?.failure?.state).toContain(`Rolled back: commit ${good.commit.slice(0, 12)}`)
    expect(staging.runningDigests()).toEqual([good.digest])
    expect(staging.health()).toMatchObject({ status: 'ok', version: '1.1.0' })
  })

  it('gives everything back and tells no secret', async () => {
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
  })
})
