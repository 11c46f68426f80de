import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectGivenBack, expectNoSecret, factsOf, tail } from './expectations.ts'
import type { BundleResult } from './run-bundle.ts'
import { type GithubView, SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const stages = ['preflight', 'checkout', 'build', 'test', 'scan', 'image', 'deploy']
const run = new SampleRun()
const staging = new Staging(run.testbed)
const commit = run.head()
afterAll(() => {
  run.close()
})

function resultsOf({ report }: BundleResult): Record<string, string> {
  return Object.fromEntries(report?.stages.map(({ id, result }) => [id, result]) ?? [])
}

/** A call, and how often it asked GitHub. */
async function callCounted(...options: Parameters<typeof run.call>): Promise<[BundleResult, number]> {
  const started = Date.now()
  const result = await run.call(...options)
  return [result, (await run.requests()).filter(({ at }) => at >= started).length]
}

/** Overhead is measured, not judged: it depends on what else the machine does. */
function sayTime(what: string, result: BundleResult): void {
  const own = ((result.report?.overhead?.ownMs ?? NaN) / 1000).toFixed(1)
  console.info(`${what}: ${(result.durationMs / 1000).toFixed(0)} s, of which Stagegate's own ${own} s`)
}

describe('a good commit on an empty staging environment', () => {
  let result: BundleResult
  let github: GithubView
  let requests: number
  beforeAll(async () => {
    staging.empty()
    ;[result, requests] = await callCounted()
    github = await run.github(commit)
    sayTime('from nothing', result)
  })

  it('ends with exit code 0 and the result success in every output', () => {
    expect(result.exitCode, tail(result)).toBe(0)
    expect(result.postExitCode).toBe(0)
    expect(result.report?.result).toBe('success')
    expect(result.outputs).toMatchObject({ result: 'success', 'failed-stage': '', 'failed-step': '' })
    expect(result.summary).toContain('## ✅ ai-gen-service 1.1.0 is deployed to staging and verified')
    expect(resultsOf(result)).toEqual(Object.fromEntries(stages.map((stage) => [stage, 'success'])))
  })

  it('takes the commit status from pending to success', () => {
    const staged = github.statuses.filter(({ context }) => context === 'Staging Deployment')
    const states = staged.map(({ state }) => state)
    // While it was pending, it said now and then which stage was running.
    expect([states[0], new Set(states.slice(1))]).toEqual(['success', new Set(['pending'])])
  })

  it('asks GitHub at most 25 times, all that preflight asks included', () => {
    console.info(`Requests to GitHub: ${requests}`)
    expect(requests).toBeGreaterThan(10)
    expect(requests).toBeLessThanOrEqual(25)
  })

  it('leaves one check run per stage, each a success', () => {
    const made = github.checks.map(({ name, conclusion }) => `${name}: ${conclusion ?? 'none'}`)
    expect(made.toSorted()).toEqual(stages.map((stage) => `Stagegate / ${stage}: success`).toSorted())
  })

  it('takes one deployment from in_progress to success', () => {
    expect(github.deployments).toHaveLength(1)
    expect(github.deployments[0]?.environment).toBe('staging')
    expect(github.deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success'])
  })

  it('pushes one image under both tags and runs exactly its digest', async () => {
    const digest = result.outputs['image-digest']
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    const tags = result.outputs['image-tags']?.split('\n')
    expect(tags).toEqual(['v1.1.0-staging', `sha-${commit}`])
    for (const tag of tags ?? []) expect(await staging.taggedDigest(tag)).toBe(digest)
    expect(staging.runningDigests()).toEqual([digest])
    expect(staging.health()).toMatchObject({ status: 'ok', version: '1.1.0', database: 'ok' })
  })

  it('changes the hosts, creates the objects and migrates the schema', () => {
    expect(factsOf(result, 'deploy', 'infrastructure').node1).toMatch(/changed=[1-9]/)
    expect(new Set(result.report?.deployment?.objects.map(({ change }) => change))).toEqual(
      new Set(['created']),
    )
    expect(factsOf(result, 'deploy', 'migration')).toMatchObject({ schema: '2', applied: '2' })
    expect(staging.schemaVersions()).toEqual(['1', '2'])
  })

  it('gives everything back and tells no secret', async () => {
    expect(staging.objects()).toMatch(/^Lease +stagegate-ai-gen-service-lock /m)
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
  })
})

describe('the same commit again, from the start', () => {
  let result: BundleResult
  let requests: number
  beforeAll(async () => {
    run.newRun()
    ;[result, requests] = await callCounted({ inputs: { from: 'start' } })
    sayTime('again', result)
  })

  it('succeeds and changes nothing', () => {
    expect(result.exitCode, tail(result)).toBe(0)
    expect(factsOf(result, 'deploy', 'infrastructure').node1).toMatch(/changed=0/)
    expect(new Set(result.report?.deployment?.objects.map(({ change }) => change))).toEqual(
      new Set(['unchanged']),
    )
    expect(factsOf(result, 'deploy', 'migration').applied).toBe('0, done before')
    expect(staging.runningDigests()).toEqual([result.outputs['image-digest']])
  })

  it('asks GitHub at most 25 times, though there is an earlier deployment to look at', () => {
    console.info(`Requests to GitHub, again: ${requests}`)
    expect(requests).toBeGreaterThan(10)
    expect(requests).toBeLessThanOrEqual(25)
  })

  it('gives everything back and tells no secret', async () => {
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
  })
})

describe('a third call that resumes by itself', () => {
  let result: BundleResult
  let requests: number
  beforeAll(async () => {
    run.newRun()
    ;[result, requests] = await callCounted({ inputs: { from: 'auto' }, workspace: run.newMachine() })
    sayTime('resumed', result)
  })

  it('takes build, test, scan and image from the ledger and only deploys', () => {
    expect(result.exitCode, tail(result)).toBe(0)
    const resumed = result.report?.stages.filter(({ resumedFrom }) => resumedFrom !== null)
    expect(resumed?.map(({ id }) => id)).toEqual(['build', 'test', 'scan', 'image'])
    expect(result.outputs['resumed-from']).toMatch(/^run \d+, attempt 1$/)
    expect(new Set(result.report?.deployment?.objects.map(({ change }) => change))).toEqual(
      new Set(['unchanged']),
    )
    expect(staging.runningDigests()).toEqual([result.outputs['image-digest']])
  })

  it('asks GitHub at most 25 times, though it looks up the run that it resumes', () => {
    console.info(`Requests to GitHub, resumed: ${requests}`)
    expect(requests).toBeLessThanOrEqual(25)
  })

  it('leaves the commit green, and GitHub with nothing that its description does not allow', async () => {
    const { statuses, deployments } = await run.github(commit)
    expect(statuses[0]?.state).toBe('success')
    expect(deployments.map((each) => each.statuses.at(-1)?.state)).toEqual([
      'success',
      'inactive',
      'inactive',
    ])
    expect(await run.violations()).toEqual([])
    await expectGivenBack(run, result)
    await expectNoSecret(run, commit, result)
  })
})
