import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Deployments } from './deployments.ts'
import { expectEnded, expectEndedByItself, sayEnd } from './expect-ended.ts'
import { expectNoSecret, expectNothingOpen, ranSteps, tail } from './expectations.ts'
import type { Ending } from './interrupt.ts'
import type { BundleResult } from './run-bundle.ts'

const deployments = new Deployments()
const { run, staging } = deployments

beforeAll(() => deployments.prepare())
afterAll(() => {
  run.close()
})

interface Point {
  readonly at: string
  readonly act: Ending
  readonly when: RegExp
  readonly prepare?: () => void
  /** Whether it is run again after it: costs a whole deployment. */
  readonly again?: boolean
}

const removeWorkload = (): void => {
  staging.removeWorkload()
}

const cancels: readonly Point[] = [
  { at: 'configs', act: 'SIGTERM', when: /group::deploy\.configs/ },
  { at: 'secrets', act: 'SIGINT', when: /group::deploy\.secrets/ },
  { at: 'infrastructure', act: 'SIGINT', when: /TASK \[/ },
  { at: 'manifests', act: 'SIGTERM', when: /group::deploy\.manifests/, prepare: removeWorkload, again: true },
  { at: 'rollout', act: 'SIGINT', when: /group::deploy\.rollout/, prepare: removeWorkload },
  { at: 'rollout', act: 'two signals', when: /group::deploy\.rollout/, prepare: removeWorkload },
  { at: 'smoke', act: 'SIGTERM', when: /group::deploy\.smoke/ },
]

describe('a deployment that is cancelled', () => {
  it.each(cancels)('gives everything back, and rolls nothing back: $act in $at', async (point) => {
    point.prepare?.()
    const { runId, result, main } = await deployments.deploy({ interrupt: point })
    sayEnd(`${point.act} in deploy.${point.at}`, result)
    expectEndedByItself(result)
    main.expect(result, { atOnce: point.act === 'two signals' })
    await expectEnded(run, { commit: deployments.commit, runId, result })
    if (point.act !== 'two signals') {
      expect(result.outputs.result, tail(result)).toBe('cancelled')
      expect(ranSteps(result, 'deploy')).not.toContain('rollback')
      expect(staging.lockHolder()).toBe('')
      await expectNothingOpen(staging)
    }
    await expectNoSecret(run, deployments.commit, result)
    if (point.again === true) await expectTakenUp(runId)
  })

  it('waits for nobody any more: SIGINT while another holds the lock', async () => {
    staging.giveLockTo('acme/other run 1 attempt 1')
    try {
      const { runId, result, main } = await deployments.deploy({
        interrupt: { when: /Waiting for the lock/, act: 'SIGINT' },
      })
      sayEnd('SIGINT in deploy.start', result)
      expectEndedByItself(result)
      main.expect(result)
      await expectEnded(run, { commit: deployments.commit, runId, result })
      expect(staging.lockHolder()).toBe('acme/other run 1 attempt 1')
      await expectNothingOpen(staging)
    } finally {
      staging.giveLockTo('')
    }
  })

  it.each([/group::deploy\.finalize/, /group::report\.github/])(
    'is green in all places or red in all: SIGINT at %s',
    async (when) => {
      const { runId, result } = await deployments.deploy({ interrupt: { when, act: 'SIGINT' } })
      sayEnd(`SIGINT at ${when.source}`, result)
      expectEndedOneWay(result)
      const { statuses, deployments: records } = await run.githubOfRun(deployments.commit, runId)
      const state = result.exitCode === 0 ? 'success' : 'error'
      expect(statuses[0]?.state).toBe(state)
      expect(records.map((each) => each.statuses.at(-1)?.state)).toEqual([state])
      expect(staging.lockHolder()).toBe('')
      await expectNothingOpen(staging)
    },
  )
})

function expectEndedOneWay(result: BundleResult): void {
  expect([result.killedBy, ...result.escalations], tail(result)).toEqual([null])
  expect([0, 1]).toContain(result.exitCode)
  expect(result.outputs.result).toBe(result.exitCode === 0 ? 'success' : 'cancelled')
}

/** A re-run of a run whose deployment was cancelled begins at that stage: only deploy runs, and all ends green. */
async function expectTakenUp(runId: number): Promise<void> {
  const again = await run.call({ runId, attempt: 2 })
  expect(again.exitCode, tail(again)).toBe(0)
  const stages = again.report?.stages ?? []
  const resumed = stages.filter(({ resumedFrom }) => resumedFrom !== null).map(({ id }) => id)
  expect(resumed).toEqual(['build', 'test', 'scan', 'image'])
  expect(again.outputs.result).toBe('success')
  expect(staging.runningDigests()).toEqual([deployments.digest])
  const { statuses, deployments: records, checks } = await run.githubOfRun(deployments.commit, runId)
  expect(statuses.map(({ state }) => state).filter((state) => state !== 'pending')).toEqual([
    'success',
    'error',
  ])
  expect(records.map((each) => each.statuses.at(-1)?.state).toSorted()).toEqual(['error', 'success'])
  expect(checks.filter(({ name }) => name.includes('deploy'))).toMatchObject([{ conclusion: 'success' }])
}
