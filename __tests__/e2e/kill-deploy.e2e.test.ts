import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Deployments } from './deployments.ts'
import { expectEnded, expectEndedByItself, sayEnd } from './expect-ended.ts'
import { expectNoSecret, expectNothingOpen, ranSteps, tail } from './expectations.ts'

const deployments = new Deployments()
const { run, staging } = deployments

beforeAll(() => deployments.prepare())
afterAll(() => {
  run.close()
})

describe('a bug of Stagegate itself during a deployment', () => {
  it.each([
    { bug: 'throw', step: 'rollout' },
    { bug: 'reject', step: 'infrastructure' },
  ])('gives everything back, and rolls nothing back: $bug in $step', async ({ bug, step }) => {
    if (step === 'rollout') staging.removeWorkload()
    const preload = join(import.meta.dirname, 'crash-preload.ts')
    const at = `group::deploy.${step}`
    const env = { NODE_OPTIONS: `--import=${preload}`, E2E_CRASH: bug, E2E_CRASH_AT: at }
    const { runId, result } = await deployments.deploy({ env })
    expectEndedByItself(result)
    await expectEnded(run, { commit: deployments.commit, runId, result })
    expect(result.report?.failure).toMatchObject({ stage: 'deploy', code: 'E_INTERNAL' })
    expect(ranSteps(result, 'deploy')).not.toContain('rollback')
    expect(staging.lockHolder()).toBe('')
    await expectNothingOpen(staging)
    await expectNoSecret(run, deployments.commit, result)
  })
})

describe('a deployment that is killed', () => {
  // What ends by itself with time is ended here, so that the next point begins without it.
  afterEach(async () => {
    staging.giveLockTo('')
    await staging.endLogins()
  })

  it.each([
    { at: 'infrastructure', when: /TASK \[/ },
    { at: 'rollout', when: /group::deploy\.rollout/ },
  ])('is made terminal by post, which says what ends by itself: $at', async ({ at, when }) => {
    if (at === 'rollout') staging.removeWorkload()
    const { runId, result } = await deployments.deploy({ interrupt: { when, act: 'SIGKILL' } })
    expect(result.killedBy).toBe('SIGKILL')
    await expectEnded(run, { commit: deployments.commit, runId, result })
    const lock = staging.lock()
    expect(lock).toMatchObject({ seconds: 60, holder: `acme/ai-gen-service run ${runId} attempt 1` })
    // A kill may come before the step that has just begun was noted.
    expect(result.postLog).toMatch(new RegExp(`It was ended in deploy\\.(?:manifests|${at})\\.`))
    expect(result.postLog).toMatch(
      /The lock staging\/stagegate-ai-gen-service-lock ends by itself 60 s after/,
    )
    expect(result.postLog).toMatch(/Vault token .* end by the token_ttl of its role/)
    await expectNoSecret(run, deployments.commit, result)
  })

  it('is healed by the next run when its machine was lost and post never ran', async () => {
    staging.removeWorkload()
    const lost = await deployments.deploy({
      post: false,
      interrupt: { when: /group::deploy\.rollout/, act: 'kill all' },
    })
    expect(lost.result.killedBy).toBe('SIGKILL')
    staging.giveLockTo('')
    await run.giveUp(lost.runId)
    const { result } = await deployments.deploy()
    expect(result.exitCode, tail(result)).toBe(0)
    expect((await run.github(deployments.commit)).statuses[0]?.state).toBe('success')
    const left = await run.githubOfRun(deployments.commit, lost.runId)
    expect(left.checks.filter(({ status }) => status !== 'completed')).toEqual([])
    for (const { statuses } of left.deployments)
      expect(['inactive', 'error', 'failure']).toContain(statuses.at(-1)?.state)
    expect(staging.runningDigests()).toEqual([deployments.digest])
  })
})

describe('a migration that runs when its run is cancelled', () => {
  let release: () => Promise<void>
  beforeEach(async () => {
    staging.removeMigrations()
    release = await staging.holdMigrations()
  })
  afterEach(async () => {
    await release()
    await staging.endLogins()
  })

  it('goes on with its lock and its database user, and the next run waits for it', async () => {
    const when = /Database: jdbc:/
    const { runId, result } = await deployments.deploy({ interrupt: { when, act: 'SIGINT' } })
    sayEnd('SIGINT in deploy.migration', result)
    expectEndedByItself(result)
    await expectEnded(run, { commit: deployments.commit, runId, result })
    expect(staging.lock()).toMatchObject({
      seconds: 60,
      holder: `acme/ai-gen-service run ${runId} attempt 1`,
    })
    expect(result.log).toMatch(/Job \S+ goes on to its end in the cluster/)
    expect(result.log).toMatch(/The Vault token \(accessor \S+\) is left for a lease that must live on/)
    expect(staging.migrations()).toEqual(['running'])
    await expectNoSecret(run, deployments.commit, result)

    staging.shortenLock(5)
    const next = await deployments.deploy({
      interrupt: {
        when: /Waiting for a migration that an earlier run has left/,
        act: () => void release(),
      },
    })
    expect(next.result.exitCode, tail(next.result)).toBe(0)
    expect(next.result.log).toContain('The lock had expired under acme/ai-gen-service run')
    expect(next.result.log).toMatch(/Job \S+, left by an earlier run: complete/)
    expect(staging.migrations()).toEqual(['complete'])
    expect(staging.schemaVersions()).toEqual(['1', '2'])
    expect(staging.runningDigests()).toEqual([deployments.digest])
    expect(staging.lockHolder()).toBe('')
    expect((await run.github(deployments.commit)).statuses[0]?.state).toBe('success')
  })
})
