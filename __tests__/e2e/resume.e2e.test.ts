import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ranSteps, tail } from './expectations.ts'
import { heldConfig, heldEdits, heldLine } from './held-sample.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'

const run = new SampleRun()
let commit = ''
let runId = 0

beforeAll(async () => {
  commit = await run.commit('Fail once', heldEdits(run.testbed.images.debian))
  runId = run.newRun()
})
afterAll(() => {
  run.close()
})

/** What "Re-run failed jobs" does: the same run and commit again, `from: auto`. */
const attempt = (number: number, fail: string): Promise<BundleResult> =>
  run.call({
    ...{ runId, attempt: number, env: { FAIL: fail }, workspace: run.newMachine() },
    inputs: { config: heldConfig, stages: 'build, test' },
  })
const resumed = ({ report }: BundleResult): Record<string, string | null> =>
  Object.fromEntries(
    (report?.stages ?? [])
      .filter((stage) => stage.resumedFrom !== null)
      .map((stage) => [stage.id, stage.resumedFrom]),
  )

describe('a run that fails in a stage and is run again', () => {
  let first: BundleResult
  let second: BundleResult
  let third: BundleResult
  beforeAll(async () => {
    first = await attempt(1, 'test.integration')
    second = await attempt(2, '')
    third = await attempt(3, '')
  })

  it('resumes at that stage: what had passed is taken over, and the stage runs whole', () => {
    expect(first.report?.failure, tail(first)).toMatchObject({ stage: 'test', step: 'integration' })
    expect(first.outputs['resumed-from']).toBe('')
    expect(second.exitCode, tail(second)).toBe(0)
    expect(resumed(second)).toEqual({ build: `run ${runId}, attempt 1` })
    expect(second.outputs['resumed-from']).toBe(`run ${runId}, attempt 1`)
    // Its machine is new: what tests need of the build is made again, what only judges the code is not.
    expect(ranSteps(second, 'build')).toEqual(['prepare', 'compile'])
    expect(second.log).not.toMatch(/^at build\.(?:lint|analyze)/m)
    expect(second.log).toContain('prepare and compile run again, because test needs what the build leaves')
    expect(second.summary).toContain('run again here: prepare, compile')
    expect(ranSteps(second, 'test')).toEqual(['unit', 'integration'])
  })

  it('runs nothing again when everything has passed, whichever attempt it passed in', () => {
    expect(third.exitCode, tail(third)).toBe(0)
    expect(resumed(third)).toEqual({
      build: `run ${runId}, attempt 1`,
      test: `run ${runId}, attempt 2`,
    })
    expect(third.log).not.toMatch(/^at (?:build|test)\./m)
  })

  it('has one check run for each stage over all attempts, and the status of the last', async () => {
    const { checks, statuses } = await run.githubOfRun(commit, runId)
    const ofStages = checks.filter(({ name }) => /build|test/.test(name))
    expect(ofStages.map(({ name, conclusion }) => `${name}: ${String(conclusion)}`).toSorted()).toEqual([
      'Stagegate / build: success',
      'Stagegate / test: success',
    ])
    expect(statuses[0]).toMatchObject({ state: 'pending', description: 'Waiting for the stage scan.' })
    expect(statuses[0]?.targetUrl).toContain(`/runs/${runId}/attempts/3`)
    expect(statuses.map(({ state }) => state)).toContain('failure')
  })
})

describe('a run whose machine is lost in the build, so that not even post runs', () => {
  it('gets its end by the next run, which is for another commit', async () => {
    const lostRun = run.newRun()
    const inputs = { config: heldConfig }
    const lost = await run.call({
      ...{
        runId: lostRun,
        inputs: { ...inputs, from: 'start' },
        post: false,
        env: { HOLD: 'build.compile' },
      },
      interrupt: { when: heldLine('build.compile'), act: 'kill all' },
    })
    expect(lost.killedBy).toBe('SIGKILL')
    const states = async (): Promise<readonly string[]> =>
      (await run.githubOfRun(commit, lostRun)).statuses.map(({ state }) => state)
    expect((await states())[0]).toBe('pending')
    await run.giveUp(lostRun)

    await run.commit('Go on', [
      ...heldEdits(run.testbed.images.debian),
      { path: 'README.md', append: '\nMore.\n' },
    ])
    run.newRun()
    const next = await run.call({ inputs: { ...inputs, stages: 'deploy' } })
    expect(next.log, tail(next)).toContain(`Run ${lostRun} has died: its commit status is an error now.`)
    expect((await states())[0]).toBe('error')
    expect(next.report?.failure).toMatchObject({ stage: 'deploy', code: 'E_GATE_CLOSED' })
  })
})
