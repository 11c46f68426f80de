import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { commitAll, git } from '../../script/lib/demo/sample-repository.ts'
import { expectGivenBack, tail } from './expectations.ts'
import { findSecrets } from './find-secrets.ts'
import { leaveOut } from './leave-out.ts'
import type { BundleResult } from './run-bundle.ts'
import { type GithubView, SampleRun } from './sample-run.ts'
import { StagingAdministrator } from './staging-administrator.ts'

const PASSWORD = 'hunter22-beside-them'
const path = 'secret/staging/ordinary'
const numbers = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [`LIMIT_${index}`, `${1024 + index * 911}`]),
)
/** As a team keeps its settings: beside the password what everybody knows. */
const settings = {
  ...{ ENVIRONMENT: 'staging', LOG_LEVEL: 'info', PORT: '5432', HOST: 'localhost', NAME: 'ai-gen-service' },
  ...{ PROTO: 'https', ASPNETCORE_ENVIRONMENT: 'Staging', ACTOR: 'ada' },
  ...numbers,
}

const run = new SampleRun()
const staging = new StagingAdministrator(run.testbed)
const { folder } = run.repository
const others = ['build.lint', 'build.analyze', 'test.unit', 'test.integration', 'scan.sast', 'scan.dast']
leaveOut(folder, ...others, 'scan.dependencies')
const file = join(folder, '.github', 'stagegate.yml')
const document = parseDocument(readFileSync(file, 'utf8'))
document.addIn(['deploy', 'secrets'], { path, to: { kubernetes: 'ordinary' }, public: ['REGION'] })
writeFileSync(file, document.toString({ lineWidth: 0 }))
const commit = commitAll(folder, 'Keep settings in Vault')
git(folder, 'push', '--quiet', 'origin', 'main')

let plain: BundleResult
let result: BundleResult
let github: GithubView
let before: GithubView

beforeAll(async () => {
  staging.empty()
  await staging.writeSecret(path, { ONLY: PASSWORD })
  plain = await run.call()
  before = await run.github(commit)
  await staging.writeSecret(path, {
    ...settings,
    REGION: 'eu-central-1-and-more-4711',
    DB_PASSWORD: PASSWORD,
  })
  run.newRun()
  result = await run.call({ inputs: { from: 'start' } })
  github = await run.github(commit)
})
afterAll(() => {
  staging.remove('secret/ordinary')
  run.close()
})

describe('a path of Vault with ordinary values beside a password', () => {
  it('deploys, and sets the outputs of a run without them', () => {
    expect(plain.exitCode, tail(plain)).toBe(0)
    expect(result.exitCode, tail(result)).toBe(0)
    const names = [
      'result',
      'image',
      'image-digest',
      'image-tags',
      'environment-url',
      'failed-stage',
      'failed-step',
    ]
    for (const name of names) expect(result.outputs[name], name).toBe(plain.outputs[name])
    expect(result.outputs.image).toMatch(/^localhost:\d+\/acme\/ai-gen-service@sha256:[\da-f]{64}$/)
    expect(existsSync(result.outputs.report ?? '')).toBe(true)
  })

  it('ends the status of its own context, and one deployment to the environment', () => {
    expect(github.statuses[0]).toMatchObject({ context: 'Staging Deployment', state: 'success' })
    expect(new Set(github.statuses.map(({ context }) => context))).toEqual(new Set(['Staging Deployment']))
    expect(new Set(github.deployments.map(({ environment }) => environment))).toEqual(new Set(['staging']))
    expect(github.deployments.map(({ statuses }) => statuses.at(-1)?.state)).not.toContain('in_progress')
    expect(new Set(github.checks.map(({ name }) => name))).toEqual(
      new Set(before.checks.map(({ name }) => name)),
    )
    const masked = JSON.stringify(github).match(/\*\*\*/g) ?? []
    expect(masked).toEqual([])
  })

  it('says once which keys are not hidden, and hides the password everywhere', () => {
    const lines = result.log.split('\n').filter((line) => line.includes(`${path}: not hidden`))
    expect(lines).toHaveLength(1)
    for (const key of Object.keys(settings)) expect(lines[0]).toContain(key)
    expect(lines[0]).not.toMatch(/DB_PASSWORD|REGION/)
    expect(findSecrets({ ...result.written, github: JSON.stringify(github, null, 1) }, [PASSWORD])).toEqual(
      [],
    )
    const masks = result.log.split('\n').filter((line) => line.startsWith('::add-mask::'))
    expect(masks).toContain(`::add-mask::${PASSWORD}`)
    for (const value of Object.values(settings)) expect(masks).not.toContain(`::add-mask::${value}`)
  })

  it('gives every value to the Secret, and everything back', async () => {
    const data = staging.secretData('ordinary')
    expect(data).toMatchObject({ ...settings, DB_PASSWORD: PASSWORD, REGION: 'eu-central-1-and-more-4711' })
    await expectGivenBack(run, result)
  })
})
