import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobsEnd } from '../../workflows/run-jobs.ts'
import { tail } from '../expectations.ts'
import { removeSmallService } from './remove-small-service.ts'
import { SecureRun } from './secure-run.ts'

let run: SecureRun
beforeAll(async () => {
  run = await SecureRun.open()
})
afterAll(async () => {
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

function resultsOf(end: JobsEnd): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(end.jobs).map(([id, { result }]) => [id, result]))
}

const everyLog = (): string =>
  [...run.results].map(([name, result]) => `### ${name}\n${tail(result)}`).join('\n')

function statusOf(statuses: readonly { state: string; description: string | null }[]): string {
  const [latest] = statuses
  return `${latest?.state ?? 'none'}: ${latest?.description ?? ''}`
}

describe('the jobs of the reusable workflow', () => {
  let end: JobsEnd
  beforeAll(async () => {
    end = await run.run({ inputs: { 'test-shards': 2 } })
  })

  it('take a commit to the cluster', async () => {
    expect(resultsOf(end), everyLog()).toEqual({
      preflight: 'success',
      build: 'success',
      test: 'success',
      scan: 'success',
      'image-build': 'success',
      'image-push': 'success',
      deploy: 'success',
      report: 'success',
    })
    expect(end.outputs).toMatchObject({ result: 'success', 'failed-stage': '' })
    const { statuses, checks, deployments } = await run.github()
    expect(statuses[0]).toMatchObject({ state: 'success' })
    expect(deployments.map(({ statuses: all }) => all.at(-1)?.state)).toEqual(['success'])
    expect(new Set(checks.map(({ conclusion }) => conclusion))).toEqual(new Set(['success']))
  })
})

describe('a commit that was pushed once', () => {
  it('is taken from the ledger by a later run, but for its deployment', async () => {
    run.newRun()
    const end = await run.run({ inputs: { 'test-shards': 2 } })
    expect(resultsOf(end), everyLog()).toMatchObject({
      preflight: 'success',
      build: 'skipped',
      test: 'skipped',
      scan: 'skipped',
      'image-build': 'skipped',
      'image-push': 'skipped',
      deploy: 'success',
      report: 'success',
    })
    expect(end.outputs.image).toMatch(/@sha256:/)
  })

  it('starts again at the stage that is asked for', async () => {
    run.newRun()
    const end = await run.run({ inputs: { from: 'scan' } })
    expect(resultsOf(end), everyLog()).toMatchObject({
      test: 'skipped',
      scan: 'success',
      deploy: 'success',
      report: 'success',
    })
  })

  it('deploys again in another attempt, with what the jobs of the first one handed over', async () => {
    run.newRun()
    const first = await run.run({
      inputs: { from: 'start' },
      onCall: async (call, go) => (call.job === 'deploy' ? { result: 'failure', outputs: {} } : go()),
    })
    expect(resultsOf(first), everyLog()).toMatchObject({
      'image-push': 'success',
      deploy: 'failure',
      report: 'failure',
    })
    expect(statusOf((await run.github()).statuses)).toMatch(/^failure: .*deploy/)

    const earlier = Object.fromEntries(
      Object.entries(first.jobs).filter(([id]) => id !== 'deploy' && id !== 'report'),
    )
    const second = await run.run({ inputs: { from: 'start' }, attempt: 2, earlier })
    expect(resultsOf(second), everyLog()).toMatchObject({
      build: 'success',
      deploy: 'success',
      report: 'success',
    })
    expect(statusOf((await run.github()).statuses)).toMatch(/^success/)
  })
})
