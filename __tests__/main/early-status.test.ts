import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StagegateError } from '../../src/errors/index.ts'
import { decideJob } from '../../src/handover/job.ts'
import { type EarlyEnd, writeEarlyStatus } from '../../src/main/early-status.ts'
import type { LostStatus } from '../../src/main/state.ts'
import type { CommitStatus } from '../../src/systems/github/github.ts'
import { readEvent } from '../fixtures/events/read-event.ts'
import { asEnv } from '../inputs/as-env.ts'
import { createSubject, type Subject } from '../systems/github/subject.ts'
import { configOf } from './config-of.ts'
import { createRecordingConsole, type RecordingConsole } from './recording-console.ts'

const never = new AbortController().signal
const head = 'a'.repeat(40)
const context = 'Staging Deployment'
const targetUrl = 'https://github.com/acme/ai-gen-service/actions/runs/16012345678/attempts/1'
const invalid = new StagegateError('E_CONFIG_INVALID', { message: '.github/stagegate.yml has 1 error.' })
const cancelled = new StagegateError('E_CANCELLED', { message: 'The run was cancelled (SIGINT).' })

describe('the commit status of a run that ended before it had a plan', () => {
  let subject: Subject
  let console: RecordingConsole
  let folder: string

  beforeEach(async () => {
    subject = await createSubject()
    console = createRecordingConsole()
    folder = mkdtempSync(join(tmpdir(), 'stagegate-early-'))
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true })
    await subject.server.close()
  })

  interface Given {
    readonly event?: string
    readonly inputs?: Readonly<Record<string, string>>
    readonly end?: Partial<EarlyEnd>
    readonly config?: string
  }
  const write = ({ event = 'push', inputs = {}, end = {}, config }: Given = {}): Promise<
    LostStatus | undefined
  > => {
    const { env, payload } = readEvent(event)
    const path = join(folder, 'event.json')
    writeFileSync(path, JSON.stringify(payload))
    if (config !== undefined) writeFileSync(join(folder, 'staging.yml'), config)
    const named = config === undefined ? {} : { config: 'staging.yml' }
    return writeEarlyStatus(
      {
        ...{ error: invalid, where: 'configuration', config: undefined, job: undefined, lastSignal: never },
        ...end,
        env: {
          ...env,
          GITHUB_EVENT_PATH: path,
          GITHUB_API_URL: subject.server.url,
          GITHUB_WORKSPACE: folder,
          ...asEnv({ 'github-token': subject.token, ...named, ...inputs }),
        },
      },
      console,
    )
  }
  const written = (): readonly string[] =>
    subject.repository.statuses.map(({ state, description }) => `${state}: ${description ?? ''}`)
  const earlier = async (state: CommitStatus['state']): Promise<void> => {
    const description = `it was ${state}`
    await subject.github.writeStatus({ commit: head, context, state, description, targetUrl }, never)
  }

  it('is not written where a secret is in its context', async () => {
    const error = new StagegateError('E_SECRET_PUBLIC', { message: 'registry-password is public.' })
    const inputs = { 'github-token': subject.token, 'status-context': 'Staging hunter2' }
    expect(await write({ inputs, end: { error } })).toBeUndefined()
    expect(console.said).toEqual(['! No commit status is written: the secret is in its context.'])
    await write({ inputs: { 'github-token': subject.token }, end: { error } })
    expect(subject.repository.statuses).toMatchObject([{ context, state: 'failure' }])
  })

  it('is a failure with the cause, and an error after a cancel', async () => {
    expect(await write()).toBeUndefined()
    expect(await write({ end: { error: cancelled } })).toBeUndefined()
    expect(written()).toEqual([
      'error: Cancelled in configuration.',
      'failure: configuration: .github/stagegate.yml has 1 error.',
    ])
    expect(subject.repository.statuses[0]).toMatchObject({ sha: head, context, targetUrl })
  })

  it.each([
    ['in a dry run', { inputs: { 'dry-run': 'true' } }],
    ['where dry-run itself is not valid', { inputs: { 'dry-run': 'yes' } }],
    ['for a branch that does not deploy', { event: 'push-branch' }],
    ['for a pull request that does not deploy', { event: 'pull_request' }],
    ['for a fork', { event: 'pull_request-fork', config: 'deploy: { on: { pull_request: true } }' }],
    [
      'where the configuration keeps the event from deploying',
      { config: 'deploy: { on: { release: true } }' },
    ],
    ['where the configuration that was read says so', { end: { config: configOf({ mayDeploy: false }) } }],
    ['from a job that runs code of the commit', { end: { job: jobOf('test') } }],
    ['without a token', { inputs: { 'github-token': '' } }],
  ] as readonly (readonly [string, Given])[])('is not written %s', async (_, given) => {
    expect(await write(given)).toBeUndefined()
    expect(subject.server.state.requests).toEqual([])
  })

  it.each([
    ['names it beside what is wrong', 'push-branch', 'verison: 1\ndeploy:\n  on: { push: [feature/*] }\n'],
    ['names a pull request', 'pull_request', 'deploy: { on: { pull_request: true }, manifests: 7 }'],
    ['is no YAML at all, by the default', 'push', 'deploy: [\n'],
    ['names events that there are not, by the default', 'push', 'deploy: { on: { pus: [main] } }'],
  ])('is written for an event that may deploy when the configuration %s', async (_, event, config) => {
    await write({ event, config })
    expect(written()).toEqual(['failure: configuration: .github/stagegate.yml has 1 error.'])
  })

  it.each(['success', 'failure', 'error'] as const)(
    'stays %s when it was so before a last call of the report alone',
    async (state) => {
      await earlier(state)
      await write({ inputs: { stages: 'report' }, end: { error: cancelled } })
      await write({ inputs: { stages: 'report' } })
      expect(written()).toEqual([`${state}: it was ${state}`])
    },
  )

  it('gets its end by a last call of the report alone when it was pending', async () => {
    await earlier('pending')
    await write({ inputs: { stages: 'report' } })
    expect(written()[0]).toMatch(/^failure: configuration/)
  })

  it('is given back when GitHub does not take it, to be tried again, but not when it never will', async () => {
    subject.server.inject({ operationId: 'repos/create-commit-status', fault: '503', times: 'forever' })
    expect(await write()).toEqual({
      ...{ repository: 'acme/ai-gen-service', commit: head, context, targetUrl, state: 'failure' },
      description: 'configuration: .github/stagegate.yml has 1 error.',
    })
    expect(console.said).toEqual([expect.stringMatching(/^! The commit status was not written: 503/)])
    subject.server.reset()
    expect(await write()).toBeUndefined()
    expect(console.said[1]).toMatch(/^! The commit status was not written: GitHub does not accept/)
  })
})

function jobOf(stage: string): EarlyEnd['job'] {
  return decideJob([stage], { shard: undefined, platform: undefined })
}
