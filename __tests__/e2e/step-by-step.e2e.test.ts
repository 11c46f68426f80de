import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectGivenBack, expectNoSecret, tail } from './expectations.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
afterAll(() => {
  run.close()
})

const call = (stages: string): Promise<BundleResult> => run.call({ inputs: { stages } })

async function latestStatus(commit: string): Promise<{ state: string; description: string | null }> {
  const { statuses } = await run.github(commit)
  const [{ state, description } = { state: 'none', description: null }] = statuses
  return { state, description }
}

function resultOf({ report }: BundleResult, stage: string): string | undefined {
  return report?.stages.find(({ id }) => id === stage)?.result
}

describe('one commit in several calls', () => {
  const commit = run.head()
  const results: BundleResult[] = []
  const next = async (stages: string): Promise<BundleResult> => {
    const result = await call(stages)
    results.push(result)
    return result
  }

  it('waits for the image after build, test and scan', async () => {
    const result = await next('build, test, scan')
    expect(result.exitCode, tail(result)).toBe(0)
    expect(resultOf(result, 'image')).toBe('skipped')
    expect(resultOf(result, 'deploy')).toBe('skipped')
    expect(result.summary).toContain('`stages: image`')
    expect(await latestStatus(commit)).toEqual({
      state: 'pending',
      description: 'Waiting for the stage image.',
    })
  })

  it('waits for the deployment after the image', async () => {
    const result = await next('image')
    expect(result.exitCode, tail(result)).toBe(0)
    expect(result.outputs['image-digest']).toMatch(/^sha256:/)
    expect(await latestStatus(commit)).toEqual({
      state: 'pending',
      description: 'Waiting for the stage deploy.',
    })
    expect((await run.github(commit)).deployments).toEqual([])
  })

  it('is green after the deployment of what the image call has pushed', async () => {
    const result = await next('deploy')
    expect(result.exitCode, tail(result)).toBe(0)
    expect((await latestStatus(commit)).state).toBe('success')
    expect(result.outputs['image-digest']).toBe(results[1]?.outputs['image-digest'])
    expect(new Staging(run.testbed).runningDigests()).toEqual([results[1]?.outputs['image-digest']])
  })

  it('stays green when only the report is called at the end', async () => {
    const before = (await run.github(commit)).statuses.length
    const result = await next('report')
    expect(result.exitCode, tail(result)).toBe(0)
    const { statuses, checks } = await run.github(commit)
    expect(statuses).toHaveLength(before)
    expect(statuses[0]?.state).toBe('success')
    expect(checks.filter(({ conclusion }) => conclusion !== 'success')).toEqual([])
  })

  it('gives everything back after each call and tells no secret', async () => {
    for (const result of results) await expectGivenBack(run, result)
    await expectNoSecret(run, commit, ...results)
  })
})

describe('a deployment without the stages before it', () => {
  let commit: string
  let result: BundleResult
  beforeAll(async () => {
    run.newRun()
    commit = await run.commit('Say hello', [{ path: 'README.md', append: '\nHello.\n' }])
    result = await call('deploy')
  })

  it('finds its gate closed, and says which stages are missing', async () => {
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.report?.failure).toMatchObject({ stage: 'deploy', code: 'E_GATE_CLOSED' })
    expect(result.report?.failure?.message).toContain('build, test, scan, image have not passed')
    expect(result.log).toContain('E_GATE_CLOSED https://')
    expect((await latestStatus(commit)).state).toBe('failure')
    expect((await run.github(commit)).deployments).toEqual([])
    await expectGivenBack(run, result)
  })
})

describe('a report after calls that never deployed', () => {
  it('makes the waiting status an error that says what is missing', async () => {
    run.newRun()
    const commit = await run.commit('Say goodbye', [{ path: 'README.md', append: '\nGoodbye.\n' }])
    const result = await call('report')
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.outputs).toMatchObject({ result: 'failure', 'failed-stage': 'build' })
    expect(result.summary).toContain('Not deployed: the stage build has not passed.')
    expect(await latestStatus(commit)).toEqual({
      state: 'error',
      description: 'Not deployed: the stage build has not passed.',
    })
    await expectGivenBack(run, result)
  })
})
