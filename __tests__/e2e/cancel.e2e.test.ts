import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { expectGivenBack, expectNoSecret, ranSteps, tail } from './expectations.ts'
import { findProcesses } from './find-processes.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
let commits = 0
let commit = ''
beforeEach(async () => {
  run.newRun()
  commits += 1
  commit = await run.commit(`Change ${commits}`, [
    { path: 'README.md', append: `\nChange ${commits}.\n` },
    { path: 'schemathesis.toml', replace: { find: 'max-examples = 50', with: 'max-examples = 5' } },
  ])
})
afterAll(() => {
  run.close()
})

const resultOf = ({ report }: BundleResult, stage: string): string | undefined =>
  report?.stages.find(({ id }) => id === stage)?.result

describe('a cancelled run', () => {
  it('ends its children during the build and makes the status an error', async () => {
    const result = await run.call({
      interrupt: { when: /^> ai-gen-service@1\.1\.0 build$/m, signal: 'SIGINT' },
    })
    expect(result.killedBy).toBeNull()
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.outputs.result).toBe('cancelled')
    expect(resultOf(result, 'build')).toBe('cancelled')
    expect(ranSteps(result, 'test')).toEqual([])
    const { statuses, deployments } = await run.github(commit)
    expect(statuses.map(({ state }) => state)).toEqual(['error', 'pending'])
    expect(deployments).toEqual([])
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
  })

  it('gives back lock and Vault during the rollout, and rolls nothing back', async () => {
    const result = await run.call({ interrupt: { when: /group::deploy\.rollout/, signal: 'SIGINT' } })
    expect(result.killedBy).toBeNull()
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.outputs.result).toBe('cancelled')
    expect(resultOf(result, 'deploy')).toBe('cancelled')
    expect(ranSteps(result, 'deploy')).not.toContain('rollback')
    const { statuses, deployments } = await run.github(commit)
    expect(statuses[0]?.state).toBe('error')
    expect(deployments.map((each) => each.statuses.at(-1)?.state)).toEqual(['error'])
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
    await expectHealed(commit)
  })
})

/** A rerun of the same commit completes what the cancelled one has left. */
async function expectHealed(of: string): Promise<void> {
  run.newRun()
  const rerun = await run.call()
  expect(rerun.exitCode, tail(rerun)).toBe(0)
  expect((await run.github(of)).statuses[0]?.state).toBe('success')
  expect(new Staging(run.testbed).runningDigests()).toEqual([rerun.outputs['image-digest']])
}

describe('a run that was killed', () => {
  it('is made terminal by post, and nothing of it lives on', async () => {
    // A test that nobody ends: it would live as long as the machine.
    const hanging = { find: 'unit: { run: npm test', with: 'unit: { run: echo hanging; sleep 600' }
    commit = await run.commit('Hang in a test', [{ path: '.github/stagegate.yml', replace: hanging }])
    const result = await run.call({ interrupt: { when: /^hanging$/m, signal: 'SIGKILL' } })
    expect(result.killedBy).toBe('SIGKILL')
    expect(result.outputs.result).not.toBe('success')
    expect(result.postExitCode).toBe(0)
    expect(result.postLog).toContain('ended from outside')
    expect(findProcesses(result.mark)).toEqual([])
    const { statuses, deployments } = await run.github(commit)
    expect(statuses.map(({ state }) => state)).toEqual(['error', 'pending'])
    expect(deployments).toEqual([])
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
  })
})
