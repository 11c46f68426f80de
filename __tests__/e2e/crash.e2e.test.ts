import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectEnded, expectEndedByItself, sayEnd } from './expect-ended.ts'
import { expectNoSecret, expectNothingOpen, tail } from './expectations.ts'
import { heldConfig, heldEdits, heldShortConfig } from './held-sample.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
const staging = new Staging(run.testbed)
const results: BundleResult[] = []
let commit = ''

beforeAll(async () => {
  commit = await run.commit('Hold on', heldEdits(run.testbed.images.debian))
})
afterAll(() => {
  run.close()
})

interface Crash {
  readonly bug: 'throw' | 'reject' | 'drain'
  readonly stage: string
  /** The text of the line after which it happens. */
  readonly at: string
  /** The command that is running then. */
  readonly hold?: string
  readonly code: string
}

const crashes: readonly Crash[] = [
  // The first of its checks to be shown: the log of any other may come only when preflight is over.
  { bug: 'throw', stage: 'preflight', at: 'group::preflight.', code: 'E_INTERNAL' },
  { bug: 'throw', stage: 'build', at: 'holding build.compile', hold: 'build.compile', code: 'E_INTERNAL' },
  { bug: 'reject', stage: 'scan', at: 'group::scan.sast', code: 'E_INTERNAL' },
  { bug: 'drain', stage: 'test', at: 'holding test.unit', hold: 'test.unit', code: 'E_INTERNAL_UNFINISHED' },
]

describe.concurrent('a bug of Stagegate itself', () => {
  it.each(crashes)('ends the run in order: $bug in $stage', async ({ bug, stage, at, hold = '', code }) => {
    const runId = run.newRun()
    const preload = join(import.meta.dirname, 'crash-preload.ts')
    const result = await run.call({
      runId,
      inputs: { config: heldConfig, from: 'start', 'status-context': `Staging ${runId}` },
      env: { NODE_OPTIONS: `--import=${preload}`, E2E_CRASH: bug, E2E_CRASH_AT: at, HOLD: hold },
    })
    results.push(result)
    sayEnd(`${bug} in ${stage}`, result)
    expectEndedByItself(result)
    await expectEnded(run, { commit, runId, result })
    expect(result.outputs.result, tail(result)).toBe('failure')
    expect(result.log).toContain(`${code} https://`)
    expect(result.report?.failure).toMatchObject({ stage, code })
    expect(result.postLog).not.toContain('ended from outside')
  })
})

describe.concurrent('a computation that does not end', () => {
  it.each([
    { over: "the run's", timeout: '20s', config: heldConfig },
    { over: "the step's", timeout: '60m', config: heldShortConfig },
  ])('is ended by the watchdog when $over time is over', async ({ timeout, config }) => {
    const runId = run.newRun()
    const preload = join(import.meta.dirname, 'crash-preload.ts')
    const result = await run.call({
      runId,
      inputs: { config, from: 'start', timeout, 'status-context': `Staging ${runId}` },
      env: {
        NODE_OPTIONS: `--import=${preload}`,
        E2E_CRASH: 'block',
        E2E_CRASH_AT: 'holding build.compile',
        HOLD: 'build.compile',
      },
    })
    expect(result.killedBy, tail(result)).toBe('SIGKILL')
    await expectEnded(run, { commit, runId, result })
    expect(result.log).toContain('E_RUN_BLOCKED https://')
    expect(result.postLog).toContain('ended from outside')
  })
})

describe('all of them together', () => {
  it('leave nothing open in Vault, hold no lock, and tell no secret', async () => {
    expect(results).toHaveLength(crashes.length)
    await expectNothingOpen(staging)
    expect(staging.lockHolder()).toBe('')
    await expectNoSecret(run, commit, ...results)
  })
})
