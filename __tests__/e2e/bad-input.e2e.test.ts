import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readJobPermissions } from '../../script/lib/demo/github-job.ts'
import { expectGivenBack, expectNoSecret, expectRefused, ranSteps, tail } from './expectations.ts'
import type { Edit } from './failing-variants.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
let commits = 0
beforeEach(async () => {
  run.newRun()
  commits += 1
  await run.commit(`Change ${commits}`, [{ path: 'README.md', append: `\nChange ${commits}.\n` }])
})
afterAll(() => {
  run.close()
})

const configuration = '.github/stagegate.yml'
const replaced = (find: string, by: string): Edit => ({ path: configuration, replace: { find, with: by } })

/** Preflight found it: nothing of the commit was run, and everything later was kept from running. */
async function expectStoppedInPreflight(result: BundleResult, step: string, code: string): Promise<void> {
  expect(result.exitCode, tail(result)).toBe(1)
  expect(result.outputs).toMatchObject({ result: 'failure', 'failed-stage': 'preflight' })
  expect(result.report?.failure).toMatchObject({ stage: 'preflight', step, code })
  expect(result.log).toContain(`${code} https://`)
  for (const stage of ['checkout', 'build', 'test', 'scan', 'image', 'deploy'])
    expect(ranSteps(result, stage)).toEqual([])
  const { statuses, deployments } = await run.github(run.head())
  expect(statuses[0]?.state).toBe('failure')
  expect(statuses[0]?.description).toMatch(new RegExp(`^preflight.${step}: `))
  expect(deployments).toEqual([])
  await expectGivenBack(run, result)
  await expectNoSecret(run, run.head(), result)
}

describe('a wrong configuration', () => {
  it('is told with all its errors, each with its line', async () => {
    await run.commit('Break the configuration', [
      replaced('version: 1\n', 'version: 2\n'),
      replaced('fail-on: high', 'fail-on: sometimes'),
      replaced('    status: 200', '    status: two hundred'),
    ])
    const result = await run.call()
    await expectRefused(run, result, 'configuration', 'E_CONFIG_INVALID')
    for (const what of [/version: found 2/, /fail-on: found "sometimes"/, /status: found "two hundred"/])
      expect(result.summary).toMatch(new RegExp(`stagegate\\.yml:\\d+: .*${what.source}`))
    expect(result.summary).toContain(`${configuration} has 3 errors.`)
  })

  it('is told with the nearest right name of an unknown key', async () => {
    await run.commit('Mistype a key', [replaced('  prepare: npm ci', '  prepaer: npm ci')])
    const result = await run.call()
    await expectRefused(run, result, 'configuration', 'E_CONFIG_INVALID')
    expect(result.summary).toMatch(/stagegate\.yml:\d+: .*prepaer.*did you mean prepare\?/)
  })
})

describe('a wrong input', () => {
  it('is told with the nearest right name of an unknown stage', async () => {
    const result = await run.call({ inputs: { stages: 'biuld, test' } })
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.log).toMatch(/biuld.*did you mean build\?/)
    expect(result.log).toContain('E_INPUT_INVALID https://')
    const { statuses, checks } = await run.github(run.head())
    expect(statuses[0]?.state).toBe('failure')
    expect(checks).toEqual([])
  })

  it('runs without a github-token, says so once, and writes nothing to GitHub', async () => {
    const result = await run.call({ inputs: { 'github-token': '', stages: 'checkout' } })
    expect(result.exitCode, tail(result)).toBe(0)
    expect(result.log.match(/There is no github-token/g)).toHaveLength(1)
    const github = await run.github(run.head())
    expect(github).toEqual({ statuses: [], checks: [], deployments: [] })
  })

  it('refuses a workspace that is not a Git checkout', async () => {
    const workspace = join(run.folder, 'empty')
    mkdirSync(workspace)
    const result = await run.call({ workspace })
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.log).toContain('E_CHECKOUT_NOT_GIT https://')
    const { statuses, deployments } = await run.github(run.head())
    expect(statuses[0]?.state).toBe('failure')
    expect(deployments).toEqual([])
    await expectGivenBack(run, result)
  })
})

describe('a part that cannot be used', () => {
  it('stops before the build when the Docker daemon is down', async () => {
    const env = { DOCKER_HOST: `unix://${run.folder}/no-docker.sock`, BUILDX_BUILDER: '' }
    await expectStoppedInPreflight(await run.call({ env }), 'registry', 'E_BUILD_DAEMON')
  })

  it('stops before the build when Vault refuses the login', async () => {
    const result = await run.call({ inputs: { 'vault-role': 'production' } })
    await expectStoppedInPreflight(result, 'vault', 'E_VAULT_LOGIN_DENIED')
  })

  it('stops before the build when the job may not have an identity token', async () => {
    const workflow = join(run.repository.folder, '.github', 'workflows', 'staging.yml')
    const permissions = { ...readJobPermissions(workflow), 'id-token': 'none' }
    const result = await run.call({ permissions })
    await expectStoppedInPreflight(result, 'id-token', 'E_OIDC_NOT_AVAILABLE')
    expect(result.summary).toContain('id-token: write')
  })

  it('deploys all the same when GitHub is down for the whole run, and says what was not written', async () => {
    const result = await run.call({ env: { GITHUB_API_URL: 'http://127.0.0.1:1' } })
    expect(result.exitCode, tail(result)).toBe(0)
    expect(result.outputs.result).toBe('success')
    expect(result.log).toMatch(/::warning.*(?:GitHub|status)/)
    expect(new Staging(run.testbed).runningDigests()).toEqual([result.outputs['image-digest']])
    expect(await run.github(run.head())).toEqual({ statuses: [], checks: [], deployments: [] })
    await expectGivenBack(run, result)
    await expectNoSecret(run, run.head(), result)
  })
})
