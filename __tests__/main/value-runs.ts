import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { callOf } from '../../src/main/call-of.ts'
import { type Console, openConsole } from '../../src/main/console.ts'
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
/** Two ends of a run. */
export const outcomes = {
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

export async function openRuns(): Promise<void> {
  server = await startGithubServer({ now: () => Date.UTC(2026, 10, 30) })
}

export async function closeRuns(): Promise<void> {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Everything that a run leaves: what GitHub has by then, outputs, summary and report, from the real writers. Secrets
 * are registered where a run reads them: when the image is there and the deployment has begun.
 */
export async function runWith(
  register: (console: Console) => Promise<void> | void,
  stages: readonly StageResult[],
) {
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
  await register(console)
  for (const each of stages.slice(first.length)) writer.listen({ kind: 'stage-ended', stage: each })
  const reporter = createReporter({
    config,
    files: console.files,
    runnerFiles: console.runnerFiles,
    writer,
    redact: console.redact,
    elapsed: () => 61_000,
    overhead: () => ({
      wallMs: 61_000,
      ownMs: 900,
      pausedMs: 0,
      gaps: [{ from: 0, to: 400, after: 'start' }],
    }),
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

export type Written = Awaited<ReturnType<typeof runWith>>['written']
