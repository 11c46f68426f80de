import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitAll, git } from '../../script/lib/demo/sample-repository.ts'
import { pullRequestOf } from '../fixtures/events/payloads.ts'
import { expectGivenBack, expectNoSecret, tail } from './expectations.ts'
import type { Edit } from './failing-variants.ts'
import { leaveOut } from './leave-out.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'

const run = new SampleRun()
leaveOut(run.repository.folder, 'test.integration', 'scan.dast', 'scan.dependencies')
const base = commitAll(run.repository.folder, 'Test less')
git(run.repository.folder, 'push', '--quiet', 'origin', 'main')
afterAll(() => {
  run.close()
})

/** What GitHub makes of the workflow's permissions on a fork: reading only, no OIDC token, and no secret. */
const permissions = {
  contents: 'read',
  checks: 'read',
  statuses: 'read',
  deployments: 'read',
  packages: 'read',
}
const noSecrets = { 'registry-password': '', 'ssh-key': '' }

interface ForkRun {
  readonly head: string
  readonly merge: string
  readonly result: BundleResult
}

/** The pull request of a stranger: the commit of the fork, merged into main as GitHub does it, checked out. */
async function callForFork(title: string, edits: readonly Edit[]): Promise<ForkRun> {
  run.newRun()
  const head = await run.commit(title, edits)
  const { folder } = run.repository
  git(folder, 'checkout', '--quiet', '--detach', base)
  const author = ['-c', 'user.name=GitHub', '-c', 'user.email=noreply@github.com']
  git(folder, ...author, 'merge', '--quiet', '--no-ff', '--message', `Merge ${head} into ${base}`, head)
  const merge = run.head()
  git(folder, 'push', '--quiet', '--force', 'origin', `${merge}:refs/pull/8/merge`)
  const result = await run.call({
    permissions,
    inputs: noSecrets,
    event: {
      ...{ name: 'pull_request', sha: merge, ref: 'refs/pull/8/merge', actor: 'stranger' },
      payload: pullRequestOf({ number: 8, head, merge, owner: 'stranger', branch: 'main' }),
    },
  })
  return { head, merge, result }
}

const NOT_APPLICABLE = 'no credentials on a fork'

/** Nothing at all is written to GitHub; to push and to deploy is not applicable, however the run ended. */
async function expectNothingWritten({ head, merge, result }: ForkRun): Promise<void> {
  for (const commit of [head, merge]) {
    expect(await run.github(commit)).toEqual({ statuses: [], checks: [], deployments: [] })
  }
  const notRun = result.report?.stages.filter(({ id }) => ['image', 'deploy'].includes(id))
  expect(notRun?.map((stage) => [stage.result, stage.reason])).toEqual([
    ['skipped', NOT_APPLICABLE],
    ['skipped', NOT_APPLICABLE],
  ])
  await expectGivenBack(run, result)
  await expectNoSecret(run, merge, result)
}

describe('a good pull request from a fork', () => {
  let fork: ForkRun
  beforeAll(async () => {
    fork = await callForFork('Say hello', [{ path: 'README.md', append: '\nHello.\n' }])
  })

  it('is built, tested and scanned, and ends green', () => {
    const { result } = fork
    expect(result.exitCode, tail(result)).toBe(0)
    const passed = result.report?.stages.filter((stage) => stage.result === 'success').map(({ id }) => id)
    expect(passed).toEqual(['preflight', 'checkout', 'build', 'test', 'scan'])
  })

  it('writes nothing to GitHub, and says once why', async () => {
    const { result } = fork
    const said = result.log
      .split('\n')
      .filter((line) => line.startsWith('::warning') && line.includes('check'))
    expect(said, tail(result)).toHaveLength(1)
    expect(said[0]).toContain(NOT_APPLICABLE)
    expect(result.summary).toMatch(
      /\| every stage \| checks: write \| ❌ no credentials on a fork \| degraded: /,
    )
    await expectNothingWritten(fork)
  })
})

describe('a pull request from a fork that evaluates text as code', () => {
  let fork: ForkRun
  beforeAll(async () => {
    fork = await callForFork('Evaluate text as code', [
      { path: 'src/version.ts', append: '\nexport const evaluate = (text: string): unknown => eval(text)\n' },
    ])
  })

  it('ends red, with what was found as annotations on its lines', async () => {
    const { result } = fork
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.report?.failure).toMatchObject({ stage: 'scan', step: 'sast' })
    expect(result.log).toMatch(/^::error .*file=src\/version\.ts.*line=\d+.*::.*eval/m)
    await expectNothingWritten(fork)
  })
})
