import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callOf } from '../../src/main/call-of.ts'
import { openConsole } from '../../src/main/console.ts'
import { GithubWriter } from '../../src/main/github-writer.ts'
import { subjectOf } from '../../src/main/ledger/subject.ts'
import { openGithub } from '../../src/main/open-github.ts'
import { publicTextsOf, publicTextsOfImage } from '../../src/main/public-texts-of.ts'
import { createReporter } from '../../src/main/reporter.ts'
import { setOutputs } from '../../src/main/set-outputs.ts'
import type { StageResult } from '../../src/pipeline/index.ts'
import { conclude, type Conclusion } from '../../src/report/conclusion/conclude.ts'
import { deployed, done, failed, finding, stage, step, testSummary } from '../report/report-of.ts'
import { createFakeClock } from '../systems/fake-clock.ts'
import { type GithubServer, startGithubServer } from '../systems/github/server.ts'
import { pipelinePermissions } from '../systems/github/subject.ts'
import { configOf, digest, headCommit } from './config-of.ts'
import { ordinaryValues } from './ordinary-words.ts'

const never = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'stagegate-ordinary-'))
const config = configOf({ temporary: join(folder, 'run') })
const image = {
  repository: 'ghcr.io/acme/ai-gen-service',
  digest,
  tags: ['v1.1.0-staging', `sha-${headCommit}`],
  commit: headCommit,
}

const concludeAll = (stages: readonly StageResult[]): Conclusion =>
  conclude(stages, callOf(config, undefined, undefined))

const first: readonly StageResult[] = [
  stage('preflight', done),
  stage('checkout', done),
  stage('build', done, {
    steps: [step('lint', done, { kept: { findings: [finding({ message: 'Unexpected use of eval.' })] } })],
  }),
  stage('test', done, { steps: [step('unit', done, { kept: { tests: testSummary } })] }),
  stage('scan', done),
  stage(
    'image',
    { status: 'success', output: image },
    {
      steps: [step('build', done, { facts: [{ name: 'digest', value: digest }] })],
    },
  ),
]
const outcomes = {
  success: [...first, stage('deploy', deployed, { steps: [step('start', done), step('rollout', done)] })],
  failure: [
    ...first,
    stage(
      'deploy',
      failed({
        message: 'Deployment api is not ready after 300 s: 1 of 2 pods is running.',
        evidence: ['container web: connection refused to localhost:5432', 'exit code 1'],
        state: 'Revision 41 was restored.',
      }),
    ),
  ],
}

let server: GithubServer
beforeAll(async () => {
  server = await startGithubServer({ now: () => Date.UTC(2026, 10, 30) })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Everything that a run leaves: what GitHub has by then, outputs, summary and report, from the real writers. The values
 * are read from Vault where a run reads them: when the image is there and the deployment has begun.
 */
async function runWith(values: Readonly<Record<string, string>>, stages: readonly StageResult[]) {
  server.reset()
  const repository = server.createRepository({ owner: 'acme', name: 'ai-gen-service' })
  const token = server.mintToken({ repository: 'acme/ai-gen-service', permissions: pipelinePermissions })
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: server.url,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    'INPUT_GITHUB-TOKEN': token.value,
  }
  for (const file of [env.GITHUB_OUTPUT, env.GITHUB_STEP_SUMMARY]) rmSync(file, { force: true })
  const stdout = new PassThrough()
  stdout.resume()
  const console = openConsole({ env, stdout } as unknown as NodeJS.Process, folder)
  console.publish(publicTextsOf(config, env))
  const github = openGithub(token.value, 'acme/ai-gen-service', env, console)
  if (github === undefined) throw new Error('there is a token')
  const writer = new GithubWriter(github, config, {
    ledger: {
      subject: subjectOf(config, 'd'.repeat(40)),
      writer: {
        run: '77',
        attempt: 2,
        workflow: '.github/workflows/staging.yml',
        job: 'staging',
        runner: '',
      },
      tools: { of: () => Promise.resolve({ platform: 'linux/x64' }) },
    },
    clock: createFakeClock(),
    output: console.output,
    signal: never,
    redact: console.redact,
  })
  writer.setStatus('pending', 'ai-gen-service v1.1.0: the run has started.')
  for (const each of first) writer.listen({ kind: 'stage-ended', stage: each })
  console.publish(publicTextsOfImage(image))
  writer.listen({ kind: 'step-ended', stage: 'deploy', step: step('start', done) })
  for (const [key, value] of Object.entries(values)) {
    const ignore = (): void => undefined
    console.secrets.add(value, { place: 'secret/staging/app', key, onShown: ignore, onWarning: ignore })
  }
  for (const each of stages.slice(first.length)) writer.listen({ kind: 'stage-ended', stage: each })
  const reporter = createReporter({
    config,
    files: console.files,
    runnerFiles: console.runnerFiles,
    writer,
    redact: console.redact,
    elapsed: () => 61_000,
    overhead: () => ({ wallMs: 61_000, ownMs: 900, gaps: [{ from: 0, to: 400, after: 'start' }] }),
    warnings: () => console.warnings,
    say: (text) => {
      console.output.info(text)
    },
    conclude: concludeAll,
  })
  const file = await reporter.writeFile(stages)
  await reporter.writeSummary(stages)
  const lost = await reporter.finishGithub(stages, never)
  const ended = [...stages, stage('report', { status: 'success', output: { file } })]
  await setOutputs(console, config, { stages: ended, durationMs: 61_000 }, concludeAll(ended))
  console.close()
  const written = {
    lost,
    statuses: repository.statuses.map(({ context, state, description, targetUrl }) => ({
      ...{ context, state, description, targetUrl },
    })),
    checks: repository.checkRuns
      .map(({ name, conclusion, title, summary, text, externalId, detailsUrl, annotations }) => ({
        ...{ name, conclusion, title, summary, text, externalId, detailsUrl, annotations },
      }))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
    deployments: repository.deployments.map(({ environment, description, payload, statuses }) => ({
      ...{ environment, description, payload },
      statuses: statuses.map(({ state, environmentUrl, logUrl, ...rest }) => ({
        ...{ state, environmentUrl, logUrl, description: rest.description },
      })),
    })),
    outputs: readFileSync(env.GITHUB_OUTPUT, 'utf8').replaceAll(/stagegate_[\da-f-]{36}/g, 'END'),
    summary: readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8'),
    report: readFileSync(file, 'utf8'),
  }
  return { written, redact: console.redact }
}

type Written = Awaited<ReturnType<typeof runWith>>['written']

const named = (values: readonly string[]) =>
  Object.fromEntries(
    values.map((value, index) => [`SETTING_${String.fromCharCode(65 + (index % 26))}_${index}`, value]),
  )

describe.each(Object.entries(outcomes))('a run that ends in %s', (state, stages) => {
  let plain: Written
  beforeAll(async () => {
    plain = (await runWith({}, stages)).written
    expect(plain.lost).toEqual([])
    expect(plain.statuses[0]).toMatchObject({ context: 'Staging Deployment', state })
    expect(plain.report).toContain(digest)
  })

  it('writes the same bytes whatever ordinary values a path of Vault holds', async () => {
    expect(ordinaryValues.length).toBeGreaterThan(250)
    expect((await runWith(named(ordinaryValues), stages)).written).toEqual(plain)
  })

  it('writes the same bytes for any of them, beside a password that is hidden', async () => {
    const password = 'hunter22-and-more'
    await fc.assert(
      fc.asyncProperty(fc.subarray([...ordinaryValues], { maxLength: 40 }), async (values) => {
        const run = await runWith({ ...named(values), DB_PASSWORD: password }, stages)
        expect(run.written).toEqual(plain)
        expect(run.redact(`login with ${password}`)).toBe('login with ***')
      }),
      { numRuns: 10 },
    )
  })

  it('writes the same bytes where a path holds every word that it writes', async () => {
    const text = [
      plain.summary,
      plain.report,
      JSON.stringify([plain.statuses, plain.checks, plain.deployments]),
    ]
    const words = new Set(text.join('\n').match(/[A-Za-z]{4,}/g))
    expect(words.size).toBeGreaterThan(100)
    expect((await runWith(named([...words]), stages)).written).toEqual(plain)
  })

  it('leaves names, addresses and outputs as they are where a password is a word of them', async () => {
    const passwords = { DB_PASSWORD: 'example', API_SECRET: 'acme', REDIS_AUTH: 'octocat', DB_USER: 'github' }
    const run = await runWith({ ...passwords, ROOT_PASSWORD: 'staging' }, stages)
    expect(run.written.outputs).toBe(plain.outputs)
    const identity = ({ statuses, checks, deployments }: Written) => ({
      statuses: statuses.map(({ context, state, targetUrl }) => ({ context, state, targetUrl })),
      checks: checks.map(({ name, conclusion, externalId, detailsUrl, text }) => ({
        ...{ name, conclusion, externalId, detailsUrl, text },
      })),
      deployments: deployments.map(({ environment, payload, statuses }) => ({
        ...{ environment, payload },
        statuses: statuses.map(({ state, environmentUrl, logUrl }) => ({ state, environmentUrl, logUrl })),
      })),
    })
    expect(identity(run.written)).toEqual(identity(plain))
    expect(run.redact('login as example')).toBe('login as ***')
  })
})
