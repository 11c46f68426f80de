import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tail } from './expectations.ts'
import { findProcesses } from './find-processes.ts'
import { heldConfig, heldEdits, heldLine } from './held-sample.ts'
import type { BundleResult } from './run-bundle.ts'
import { type CallOptions, SampleRun } from './sample-run.ts'

const run = new SampleRun()
let commit = ''

beforeAll(async () => {
  commit = await run.commit('Hold on', heldEdits(run.testbed.images.debian))
})
afterAll(() => {
  run.close()
})

/** Builds and tests, from the start, with a status of its own. */
async function call(options: CallOptions): Promise<{ runId: number; result: BundleResult }> {
  const runId = run.newRun()
  const inputs = {
    config: heldConfig,
    stages: 'build, test',
    from: 'start',
    'status-context': `Staging ${runId}`,
  }
  const result = await run.call({ ...options, runId, inputs: { ...inputs, ...options.inputs } })
  expect(findProcesses(result.mark)).toEqual([])
  expect(result.postExitCode, result.postLog).toBe(0)
  return { runId, result }
}

const conclusions = (github: Awaited<ReturnType<SampleRun['github']>>): Record<string, string | null> =>
  Object.fromEntries(github.checks.map(({ name, conclusion }) => [name, conclusion]))

describe('a disk that fills up while a command runs', () => {
  const disk = join(run.folder, 'disk')
  beforeAll(() => {
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk])
  })
  afterAll(() => {
    execFileSync('umount', [disk])
  })

  it('fails the run with its true cause on GitHub, and leaves the report in the log', async () => {
    const { runId, result } = await call({
      folder: disk,
      env: { HOLD: 'test.unit', FILL: join(disk, 'fill') },
    })
    expect(result.killedBy).toBeNull()
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.outputs.result ?? 'failure', tail(result)).toBe('failure')
    expect(result.log).toContain('The report, which could not be written to a file:')
    expect(result.log).toMatch(/"id": ?"test"/)
    expect(result.left).toEqual([])
    const github = await run.githubOfRun(commit, runId)
    expect(github.statuses[0]).toMatchObject({
      state: 'failure',
      description: expect.stringMatching(/^test\.unit: /) as string,
    })
    expect(conclusions(github)).toMatchObject({
      'Stagegate / build (ai-gen-service)': 'success',
      'Stagegate / test (ai-gen-service)': 'failure',
    })
  })
})

describe('a log whose reader goes away in the middle of a run', () => {
  const interrupt = { when: /^at test\.unit$/m, act: 'close log' } as const

  it('does not end a run that succeeds: everything else says so', async () => {
    const { runId, result } = await call({ interrupt })
    expect([result.exitCode, result.killedBy]).toEqual([0, null])
    expect(result.outputs).toMatchObject({ result: 'success' })
    expect(result.report?.result).toBe('success')
    expect(result.summary).not.toBe('')
    const github = await run.githubOfRun(commit, runId)
    expect(github.statuses[0]).toMatchObject({ state: 'pending', description: 'Waiting for the stage scan.' })
    expect(conclusions(github)).toMatchObject({
      'Stagegate / build (ai-gen-service)': 'success',
      'Stagegate / test (ai-gen-service)': 'success',
    })
  })

  it('does not turn one that fails green', async () => {
    const { runId, result } = await call({ interrupt, env: { FAIL: 'test.integration' } })
    expect([result.exitCode, result.killedBy]).toEqual([1, null])
    expect(result.outputs).toMatchObject({ result: 'failure', 'failed-step': 'test.integration' })
    expect((await run.githubOfRun(commit, runId)).statuses[0]?.state).toBe('failure')
  })
})

describe('a run that takes longer than its timeout', () => {
  it('is ended with its commands and fails, wherever it is', async () => {
    const { runId, result } = await call({ inputs: { timeout: '10s' }, env: { HOLD: 'build.compile' } })
    expect(result.log).toMatch(heldLine('build.compile'))
    expect([result.exitCode, result.killedBy], tail(result)).toEqual([1, null])
    expect(result.outputs).toMatchObject({ result: 'failure', 'failed-stage': 'build' })
    expect(result.report?.failure).toMatchObject({ stage: 'build', code: 'E_RUN_TIMEOUT' })
    expect((await run.githubOfRun(commit, runId)).statuses[0]).toMatchObject({
      state: 'failure',
      description: expect.stringContaining('did not end within 10 s') as string,
    })
  })
})
