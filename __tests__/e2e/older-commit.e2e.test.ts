import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitAll, git } from '../../script/lib/demo/sample-repository.ts'
import { workflowDispatchOf } from '../fixtures/events/payloads.ts'
import { expectGivenBack, expectNoSecret, factsOf, tail } from './expectations.ts'
import { leaveOut } from './leave-out.ts'
import type { BundleResult } from './run-bundle.ts'
import { type CallEvent, SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
const staging = new Staging(run.testbed)
const { folder } = run.repository
const others = ['build.lint', 'build.analyze', 'test.unit', 'test.integration', 'scan.sast', 'scan.dast']
leaveOut(folder, ...others, 'scan.dependencies')
const older = commitAll(folder, 'Only deploy')
git(folder, 'push', '--quiet', 'origin', 'main')
let newer: string
let deployed: BundleResult
/** As `actions/checkout` leaves it by default: with one commit, so that only GitHub knows what came after it. */
const shallow = join(run.folder, 'shallow')

/** A run that somebody starts by hand on the branch that is still at the older commit. */
const dispatch: CallEvent = {
  ...{ name: 'workflow_dispatch', sha: older, ref: 'refs/heads/main', actor: 'ada' },
  payload: workflowDispatchOf('refs/heads/main'),
}

beforeAll(async () => {
  staging.empty()
  git(run.folder, 'clone', '--quiet', '--depth=1', `file://${run.repository.bare}`, shallow)
  newer = await run.commit('Say more', [{ path: 'README.md', append: '\nMore.\n' }])
  deployed = await run.call()
})
afterAll(() => {
  run.close()
})

describe('a run that has all that it needs', () => {
  it('says so in one table, in the log and folded up in the summary', () => {
    expect(deployed.exitCode, tail(deployed)).toBe(0)
    const needs = [
      ...[
        'statuses: write',
        'checks: write',
        'deployments: write',
        'id-token: write, for the login to Vault and',
      ],
      ...['docker buildx', 'push to localhost', 'a login to Vault', '\\d+ rights in namespace staging'],
    ]
    for (const need of needs) {
      expect(deployed.log).toMatch(new RegExp(`^(?:every stage|image|deploy) +${need}.* yes`, 'm'))
      expect(deployed.summary).toMatch(
        new RegExp(`^\\| (?:every stage|image|deploy) \\| .*${need}.* \\| ✅`, 'm'),
      )
    }
    expect(deployed.summary).toContain('<summary>What this run needs of others, and has</summary>')
  })
})

describe('a run by hand of a commit that is older than the deployed one', () => {
  let refused: BundleResult
  beforeAll(async () => {
    expect(deployed.exitCode, tail(deployed)).toBe(0)
    run.newRun()
    refused = await run.call({ event: dispatch, workspace: shallow })
  })

  it('stops before anything is deployed, and names the deployed commit, by how much, and the input', async () => {
    expect(refused.exitCode, tail(refused)).toBe(1)
    const { failure } = refused.report ?? {}
    expect(failure).toMatchObject({ stage: 'deploy', step: 'start', code: 'E_OLDER_COMMIT' })
    expect(failure?.message).toBe(
      `Deployed is ${newer.slice(0, 12)}; ${older.slice(0, 12)} is 1 commit (less than a minute) older.`,
    )
    expect(failure?.evidence[0]).toContain(`deployed: ${newer}`)
    expect(refused.log).toContain('allow-older')
    expect(staging.runningDigests()).toEqual([deployed.outputs['image-digest']])
    expect((await run.github(older)).statuses[0]).toMatchObject({
      state: 'failure',
      description: expect.stringMatching(/^deploy\.start: Deployed is .* older\.$/) as string,
    })
    await expectGivenBack(run, refused)
  })

  it('with allow-older is deployed from what has passed, and says that it is older and by how much', async () => {
    run.newRun()
    const result = await run.call({ event: dispatch, workspace: shallow, inputs: { 'allow-older': 'true' } })
    expect(result.exitCode, tail(result)).toBe(0)
    const resumed = result.report?.stages.filter(({ resumedFrom }) => resumedFrom !== null)
    expect(resumed?.map(({ id }) => id)).toEqual(['build', 'image'])
    const than = `1 commit (less than a minute) older than ${newer.slice(0, 12)}`
    expect(factsOf(result, 'deploy', 'start')['older than deployed']).toBe(than)
    expect(result.summary).toContain(than)
    expect(result.log).toContain('allow-older is set')
    expect(staging.runningDigests()).toEqual([result.outputs['image-digest']])
    expect((await run.github(older)).statuses[0]?.state).toBe('success')
    await expectGivenBack(run, result)
    await expectNoSecret(run, older, refused, result)
  })
})
