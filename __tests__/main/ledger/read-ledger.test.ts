import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { askGithub } from '../../../src/main/ask-github.ts'
import { GithubPatience } from '../../../src/main/github-patience.ts'
import { type EntryText, renderEntryText } from '../../../src/main/ledger/entry-text.ts'
import { readLedger } from '../../../src/main/ledger/read-ledger.ts'
import { externalIdOf, subjectOf } from '../../../src/main/ledger/subject.ts'
import type { PassWriter } from '../../../src/main/ledger/trust.ts'
import type { Ledger } from '../../../src/pipeline/index.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { done, failed, pushed, stage } from '../../report/report-of.ts'
import type { CheckRun } from '../../systems/github/repository.ts'
import {
  checkWith,
  createGithubClient,
  createSubject,
  pipelinePermissions,
  type Subject,
} from '../../systems/github/subject.ts'
import { createFakeClock } from '../../systems/fake-clock.ts'
import { configOf, headCommit } from '../config-of.ts'

const never = new AbortController().signal
const tree = 'd'.repeat(40)
const tools = { docker: '0.30.1', platform: 'linux/x64' }
const output = (pushed as { output: object }).output
const config = configOf()
/** With the tags of this commit from the configuration, which the image has to have. */
const believed = { ...output, lastingTags: [`sha-${headCommit}`], revision: headCommit }
const subject = subjectOf(config, tree)
const other = 'b'.repeat(40)
const ownWriter: PassWriter = {
  ...{ run: '77', attempt: 1, workflow: '.github/workflows/staging.yml', job: 'staging' },
  runner: 'GitHub Actions 1',
}

describe('the ledger that a call reads', () => {
  let world: Subject
  let warnings: string[]

  beforeEach(async () => {
    world = await createSubject({ permissions: { ...pipelinePermissions, actions: 'read' } })
    warnings = []
  })

  afterEach(async () => {
    expect(world.server.state.violations).toEqual([])
    await world.server.close()
  })

  const read = (
    more: { config?: Config; now?: Record<string, string>; patience?: GithubPatience } = {},
  ): Promise<Ledger> =>
    readLedger({
      github: world.github,
      config: more.config ?? config,
      subject: subjectOf(more.config ?? config, tree),
      tools: { of: () => Promise.resolve(more.now ?? tools) },
      patience: more.patience ?? new GithubPatience(systemClock),
      warn: (text) => warnings.push(text),
      signal: never,
    })

  /** A pass of the stage image, as a call writes it. */
  const write = async (
    writer: Partial<PassWriter> = {},
    stored: Partial<CheckRun> = {},
    client = world.github,
  ) => {
    const text = renderEntryText(stage('image', pushed), { ...ownWriter, ...writer }, tools)
    const externalId = externalIdOf(subject, 'image', tools)
    const check = {
      commit: headCommit,
      conclusion: 'success',
      text,
      externalId,
      name: 'Stagegate / image',
    } as const
    expect(await client.writeCheck(checkWith(0, check), never)).toEqual({ written: true })
    Object.assign(world.repository.checkRuns[0]!, stored)
    return world.repository.checkRuns[0]!
  }

  /** What another workflow run looks like at GitHub. */
  const seedRun = (run: object = {}, job: object = {}): string => {
    const { server } = world
    const made = server.seed('acme/ai-gen-service', 'runs', { headSha: headCommit, ...run })
    server.seed('acme/ai-gen-service', 'jobs', { runId: made.id, ...job })
    return String(made.id)
  }

  const edit = (
    change: (entry: EntryText & Record<string, unknown>) => object,
  ): ((text: string) => string) => {
    return (text) => {
      const entry = JSON.parse(text.replaceAll('`', '').replace(/^json/, '')) as EntryText &
        Record<string, unknown>
      return `\`\`\`json\n${JSON.stringify(change(entry))}\n\`\`\``
    }
  }

  test('has what an earlier attempt of this run passed, without asking for more than the check runs', async () => {
    await write()
    expect([...(await read())]).toEqual([['image', { output: believed, from: 'run 77, attempt 1' }]])
    expect(world.server.state.requests.filter(({ method }) => method === 'GET')).toHaveLength(2)
    expect(warnings).toEqual([])
  })

  test('has what another run of this workflow passed, started by hand', async () => {
    const run = seedRun({ event: 'workflow_dispatch', status: 'completed', conclusion: 'failure' })
    await write({ run })
    expect((await read()).get('image')).toEqual({ output: believed, from: `run ${run}, attempt 1` })
  })

  test('has what an earlier job of this run passed, for a call of some stages', async () => {
    await write({ attempt: 2, job: 'image' })
    const selection = { stages: ['deploy'], from: 'auto' }
    expect((await read({ config: configOf({ selection }) })).has('image')).toBe(true)
    expect((await read()).has('image')).toBe(false)
  })

  test('has what an earlier step of this very attempt passed only for a call of some stages', async () => {
    await write({ attempt: 2 })
    const selection = { stages: ['deploy'], from: 'auto' }
    expect((await read({ config: configOf({ selection }) })).has('image')).toBe(true)
    expect((await read()).has('image')).toBe(false)
    expect(warnings).toEqual([
      'The pass of image in run 77, attempt 2 does not count: attempt 2 of this run has not been.',
    ])
  })

  test('is empty with a token of another app, and says why instead of running everything in silence', async () => {
    await write({}, { app: { id: 7, slug: 'our-bot', name: 'Our bot' } })
    expect(await read()).toEqual(new Map())
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Passes of this commit were written by our-bot and do not count: .*github-token/,
      ),
    ])
  })

  test('has no pass of deploy', async () => {
    const text = renderEntryText(stage('deploy', done), ownWriter, tools)
    const externalId = externalIdOf(subject, 'deploy', tools)
    await world.github.writeCheck(
      checkWith(0, { commit: headCommit, conclusion: 'success', text, externalId }),
      never,
    )
    expect(await read()).toEqual(new Map())
  })

  test('is empty, and not asked for, when the run starts anew', async () => {
    await write()
    const before = world.server.state.requests.length
    expect(await read({ config: configOf({ selection: { stages: undefined, from: 'start' } }) })).toEqual(
      new Map(),
    )
    expect(world.server.state.requests).toHaveLength(before)
  })

  test('has the success that took the place of a failure', async () => {
    const check = checkWith(0, {
      ...{ commit: headCommit, name: 'Stagegate / image', externalId: externalIdOf(subject, 'image', tools) },
      text: renderEntryText(stage('image', failed({ message: 'refused' })), ownWriter, tools),
    })
    await world.github.writeCheck(check, never)
    expect((await read()).has('image')).toBe(false)
    await write()
    expect((await read()).has('image')).toBe(true)
    expect(world.repository.checkRuns).toHaveLength(1)
  })

  test('runs a stage again whose tools have changed, and says which', async () => {
    await write()
    const now = { docker: '0.31.0', platform: 'linux/x64' }
    expect((await read({ now })).has('image')).toBe(false)
    expect(warnings).toEqual([
      'The pass of image in run 77, attempt 1 does not count: docker was 0.30.1, and is 0.31.0.',
    ])
  })

  test('keeps the gate open that another job opened with tools of its own', async () => {
    await write()
    const selection = { stages: ['deploy'], from: 'auto' }
    expect((await read({ config: configOf({ selection }), now: {} })).has('image')).toBe(true)
  })

  test.each<[string, Partial<CheckRun>]>([
    ['of another app', { app: { id: 7, slug: 'forger', name: 'GitHub Actions' } }],
    ['of an app with a look-alike name', { app: { id: 7, slug: 'gіthub-actions', name: 'GitHub Actions' } }],
    ['of an app with another case', { app: { id: 7, slug: 'GitHub-Actions', name: 'GitHub Actions' } }],
    ['that is still running', { status: 'in_progress', conclusion: null, completedAt: null }],
    ['that is running again', { status: 'in_progress' }],
    ['that failed', { conclusion: 'failure' }],
    ['that is neutral', { conclusion: 'neutral' }],
    ['that was skipped', { conclusion: 'skipped' }],
    ['that timed out', { conclusion: 'timed_out' }],
    ['with the key of another stage', { externalId: externalIdOf(subject, 'build', tools) }],
    [
      'with the key of another commit',
      { externalId: externalIdOf({ ...subject, commit: other }, 'image', tools) },
    ],
    [
      'with the key of another tree',
      { externalId: externalIdOf({ ...subject, tree: other }, 'image', tools) },
    ],
    [
      'with the key of another configuration',
      { externalId: externalIdOf({ ...subject, configuration: other }, 'image', tools) },
    ],
    [
      'with the key of another service',
      { externalId: externalIdOf({ ...subject, service: 'other' }, 'image', tools) },
    ],
    ['with a shorter digest', { externalId: externalIdOf(subject, 'image', tools).slice(0, -1) }],
    ['with a longer digest', { externalId: `${externalIdOf(subject, 'image', tools)}0` }],
    ['with the digest in capitals', { externalId: externalIdOf(subject, 'image', tools).toUpperCase() }],
    ['with no text', { text: '' }],
    ['with a text that is no JSON', { text: '```json\n{"stage":"image",\n```' }],
    ['with a text of JSON null', { text: '```json\nnull\n```' }],
  ])('does not have a check run %s', async (_, stored) => {
    await write({}, stored)
    expect((await read()).has('image')).toBe(false)
  })

  test.each<[string, (text: string) => string]>([
    ['something before it', (text) => `passed\n${text}`],
    ['something after it', (text) => `${text}\n`],
    ['other tools', edit((entry) => ({ ...entry, tools: {} }))],
    ['tools that are none', edit((entry) => ({ ...entry, tools: [] }))],
    ['another stage', edit((entry) => ({ ...entry, stage: 'build' }))],
    ['no writer', edit((entry) => ({ ...entry, writer: undefined }))],
    [
      'a run that is no number',
      edit((entry) => ({ ...entry, writer: { ...entry.writer, run: '77/attempts/1?' } })),
    ],
    ['no attempt', edit((entry) => ({ ...entry, writer: { ...entry.writer, attempt: 0 } }))],
    ['nothing handed over', edit((entry) => ({ ...entry, output: {} }))],
    ['the output of a failure', edit((entry) => ({ ...entry, output: null }))],
    [
      'another repository',
      edit((entry) => ({ ...entry, output: { ...output, repository: 'ghcr.io/forger/image' } })),
    ],
    ['a tag for a digest', edit((entry) => ({ ...entry, output: { ...output, digest: 'latest' } }))],
    ['tags that are none', edit((entry) => ({ ...entry, output: { ...output, tags: [1] } }))],
  ])('does not have a check run whose text was edited: %s', async (_, change) => {
    const check = await write()
    check.text = change(check.text ?? '')
    expect((await read()).has('image')).toBe(false)
  })

  test.each<[string, object, object, RegExp]>([
    ['for another commit', { headSha: other }, {}, /a run for the commit bbbb/],
    ['for a fork', { fork: 'mallory/ai-gen-service' }, {}, /a run for the fork mallory/],
    ['of another workflow', { path: '.github/workflows/lint.yml' }, {}, /a run of the workflow .*lint\.yml/],
    ['of pull_request_target', { event: 'pull_request_target' }, {}, /pull_request_target/],
    ['with other jobs only', {}, { name: 'lint', runner: 'GitHub Actions 9' }, /the run has no job staging/],
    ['that had fewer attempts', { attempt: 1 }, {}, /GitHub knows no such run/],
  ])('does not have what a run claims %s', async (what, run, job, why) => {
    await write({ run: seedRun(run, job), attempt: what.includes('attempts') ? 2 : 1 })
    expect((await read()).has('image')).toBe(false)
    expect(warnings).toEqual([expect.stringMatching(why)])
  })

  test('does not have what names a run of another repository', async () => {
    world.server.createRepository({ owner: 'mallory', name: 'other' })
    const { id } = world.server.seed('mallory/other', 'runs', { headSha: headCommit })
    await write({ run: String(id) })
    expect((await read()).has('image')).toBe(false)
    expect(warnings).toEqual([expect.stringContaining('GitHub knows no such run')])
  })

  test('does not have what another job of this run wrote, by its own word', async () => {
    await write({ job: 'lint' })
    expect((await read()).has('image')).toBe(false)
    expect(warnings).toEqual([
      "The pass of image in run 77, attempt 1 does not count: the job lint does not write this form's ledger.",
    ])
  })

  test.each([
    ['a second one that failed later', { conclusion: 'failure', completedAt: '2030-01-01T00:00:00Z' }],
    ['a second one that failed at the same time', { conclusion: 'failure' }],
    ['a second one that is running', { status: 'in_progress', conclusion: null, completedAt: null }],
    ['a later one that lost its text', { text: '', completedAt: '2030-01-01T00:00:00Z' }],
  ])('does not have a success beside %s', async (_, stored) => {
    const good = await write()
    world.repository.checkRuns.unshift({ ...good, id: good.id + 1, ...stored })
    expect((await read()).has('image')).toBe(false)
  })

  test('is not misled by a newer check run of another app', async () => {
    const good = await write()
    const app = { id: 7, slug: 'forger', name: 'Forger' }
    const forged = {
      ...good,
      id: good.id + 1,
      app,
      conclusion: 'failure',
      completedAt: '2030-01-01T00:00:00Z',
    }
    world.repository.checkRuns.unshift(forged)
    expect((await read()).has('image')).toBe(true)
  })

  test('does not have a check run that was copied to another commit', async () => {
    await write()
    const trigger = { ...config.trigger, headCommit: other, commit: other }
    const copied = { ...world.repository.checkRuns[0]!, id: 9_999, headSha: other }
    world.repository.checkRuns.unshift(copied)
    expect((await read({ config: configOf({ trigger }) })).has('image')).toBe(false)
  })

  test('believes its own run, and says what to add, where runs may not be read', async () => {
    const run = seedRun()
    await write({ run })
    world.repository.checkRuns.push({ ...(await write()), id: 1, completedAt: '2020-01-01T00:00:00Z' })
    Object.assign(world.repository, { private: true })
    const { value } = world.server.mintToken({
      repository: 'acme/ai-gen-service',
      permissions: pipelinePermissions,
    })
    const github = createGithubClient(world.server, value)
    const patience = new GithubPatience(systemClock)
    const parts = {
      github,
      config,
      subject,
      tools: { of: () => Promise.resolve(tools) },
      patience,
      signal: never,
    }
    const warn = (text: string) => warnings.push(text)
    expect((await readLedger({ ...parts, warn })).has('image')).toBe(true)
    expect(warnings).toEqual([])
    world.repository.checkRuns.length = 0
    await write({ run })
    expect(await readLedger({ ...parts, warn })).toEqual(new Map())
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`^What run ${run} passed does not count.*actions: read`)),
    ])
  })

  test('never looks up more than a few runs, whatever check runs name', async () => {
    for (const stageId of ['build', 'test', 'scan', 'image']) {
      const text = renderEntryText(
        stage(stageId, stageId === 'image' ? pushed : done),
        { ...ownWriter, run: `9${stageId.length}${stageId === 'scan' ? 1 : 0}` },
        tools,
      )
      await world.github.writeCheck(
        checkWith(0, {
          commit: headCommit,
          conclusion: 'success',
          name: stageId,
          text,
          externalId: externalIdOf(subject, stageId, tools),
        }),
        never,
      )
    }
    expect(await read()).toEqual(new Map())
    expect(world.count('actions/get-workflow-run-attempt')).toBeLessThanOrEqual(4)
  })

  test.each(['500', 'html', 'cut-body', 'rate-limit', '401', '404'])(
    'is empty, and says so, when GitHub answers with %s',
    async (fault) => {
      await write()
      world.server.inject({ method: 'GET', fault, times: 'forever' })
      expect(await read()).toEqual(new Map())
      expect(warnings).toEqual([expect.stringMatching(/^Earlier passes cannot be read: /)])
    },
  )

  describe('while GitHub hangs', () => {
    const hang = async (asked: Config): Promise<readonly [Ledger, GithubPatience]> => {
      await write()
      world.server.state.requests.length = 0
      world.server.inject({ method: 'GET', fault: 'hang', times: 'forever' })
      const clock = createFakeClock()
      const patience = new GithubPatience(clock)
      const reading = read({ config: asked, patience })
      await expect.poll(() => world.server.state.requests.length).toBeGreaterThan(0)
      if (clock.pending() > 0) clock.expire()
      // Otherwise the client itself gives up, later.
      let ledger: Ledger | undefined
      void reading.then((each) => (ledger = each))
      while (ledger === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (world.clock.pending() > 0) world.clock.expire()
      }
      return [ledger, patience]
    }

    test('is empty after ten seconds, and no permission is asked for that would take as long again', async () => {
      const [ledger, patience] = await hang(config)
      expect(ledger).toEqual(new Map())
      expect(warnings).toEqual(['Earlier passes cannot be read: no answer within 10 s'])
      const before = world.server.state.requests.length
      const asked = await askGithub(world.github, undefined, config, patience)?.askPermission('checks', never)
      expect(asked).toEqual({ has: 'unknown', reason: 'no answer within 10 s' })
      expect(world.server.state.requests).toHaveLength(before)
    })

    test('is waited for as long as it takes by a call that needs what others have passed', async () => {
      const selection = { ...config.selection, stages: ['deploy'] as const }
      const [ledger] = await hang(configOf({ selection }))
      expect(ledger).toEqual(new Map())
      expect(warnings).toEqual([expect.stringMatching(/no complete answer within/)])
    })
  })
})
