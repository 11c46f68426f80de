import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import {
  annotation,
  checkWith,
  commit,
  createGithubClient,
  createSubject,
  runUrl,
  type Subject,
} from './subject.ts'

const never = new AbortController().signal
const status = {
  commit,
  state: 'pending',
  context: 'Staging Deployment',
  description: 'Running.',
  targetUrl: runUrl,
} as const
const deployment = {
  commit,
  environment: 'staging',
  description: 'ai-gen-service v1.1.0',
  key: 'ai-gen-service/77/2',
}
const success = {
  state: 'success',
  description: 'Deployed and verified.',
  logUrl: runUrl,
  environmentUrl: 'https://staging.example.com',
} as const

describe('the GitHub side of a run', () => {
  let subject: Subject

  beforeEach(async () => {
    subject = await createSubject()
  })

  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  test('writes a commit status and reads it back, whatever others write', async () => {
    const { github, repository } = subject
    expect(await github.readStatus(commit, status.context, never)).toBeUndefined()
    await github.writeStatus(status, never)
    for (let other = 0; other < 101; other += 1) {
      repository.statuses.unshift({ ...repository.statuses[0]!, id: 5000 + other, context: `other ${other}` })
    }
    expect(await github.readStatus(commit, 'staging deployment', never)).toMatchObject({
      state: 'pending',
      targetUrl: runUrl,
    })
  })

  test('cuts descriptions at 140 characters, without splitting one', async () => {
    const { github, repository } = subject
    const description = `${'x'.repeat(138)}😀${'y'.repeat(50)}`
    const started = await github.startDeployment({ ...deployment, description }, never)
    const id = started.written ? started.id : 0
    expect(await github.setDeploymentState(id, { ...success, description }, never)).toEqual({ written: true })
    expect(await github.writeStatus({ ...status, description }, never)).toEqual({ written: true })
    const cut = `${'x'.repeat(138)}…`
    expect(repository.statuses[0]?.description).toBe(cut)
    expect(repository.deployments[0]?.description).toBe(cut)
    expect(repository.deployments[0]?.statuses[0]?.description).toBe(cut)
  })

  test('sends annotations in batches of 50, each once', async () => {
    const { github, repository } = subject
    const twice = [annotation(1), ...checkWith(600).annotations]
    expect(await github.writeCheck(checkWith(0, { annotations: twice }), never)).toEqual({ written: true })
    expect(repository.checkRuns).toHaveLength(1)
    expect(repository.checkRuns[0]?.annotations.map((each) => each.start_line)).toEqual(
      Array.from({ length: 600 }, (_, index) => index + 1),
    )
    expect([subject.count('checks/create'), subject.count('checks/update')]).toEqual([1, 11])
  })

  test('drops the column of an annotation over several lines, which GitHub refuses', async () => {
    const annotations = [
      { ...annotation(3), endLine: 5, startColumn: 2 },
      { ...annotation(7), startColumn: 2, message: '' },
    ]
    await subject.github.writeCheck(checkWith(0, { annotations }), never)
    expect(subject.repository.checkRuns[0]?.annotations).toMatchObject([
      { start_line: 3, end_line: 5 },
      { start_line: 7, start_column: 2, message: 'eslint: no-eval' },
    ])
    expect(subject.repository.checkRuns[0]?.annotations[0]).not.toHaveProperty('start_column')
  })

  test('updates its check run when it is written again, and adds only annotations that are new', async () => {
    const { github, repository } = subject
    await github.writeCheck(checkWith(60), never)
    await github.writeCheck(checkWith(62), never)
    expect(repository.checkRuns[0]?.annotations).toHaveLength(62)
    expect(repository.checkRuns[0]?.summary).toBe('Two rules are broken.')
    await github.writeCheck(checkWith(61, { conclusion: 'success', summary: 'All is well.' }), never)
    expect(repository.checkRuns).toHaveLength(1)
    expect(repository.checkRuns[0]).toMatchObject({
      conclusion: 'success',
      summary:
        '1 annotation is of an earlier attempt and no longer true: GitHub takes none back.\n\nAll is well.',
    })
  })

  test('asks once for the check runs that are there, and says what is there to no other client', async () => {
    const { github, server, token, repository } = subject
    for (const stage of ['build', 'test', 'scan']) {
      const check = checkWith(0, { name: `Stagegate / ${stage}`, externalId: `stagegate:${stage}:1` })
      expect(await github.writeCheck(check, never)).toEqual({ written: true })
    }
    expect([subject.count('checks/list-for-ref'), subject.count('checks/create')]).toEqual([1, 3])
    const again = createGithubClient(server, token)
    expect(await again.writeCheck(checkWith(0), never)).toEqual({ written: true })
    expect(repository.checkRuns).toHaveLength(3)
  })

  test('makes a check run again that somebody has deleted meanwhile', async () => {
    const { github, repository } = subject
    await github.writeCheck(checkWith(0), never)
    repository.checkRuns.length = 0
    expect(await github.writeCheck(checkWith(0), never)).toEqual({ written: true })
    expect(repository.checkRuns).toHaveLength(1)
  })

  test('leaves a second between writes, until the run is over and waits for them', async () => {
    const { github, clock } = subject
    await github.writeStatus(status, never)
    await github.writeCheck(checkWith(120), never)
    expect(clock.slept).toEqual([1_000, 1_000, 1_000])
    github.hurry()
    await github.writeStatus({ ...status, state: 'success' }, never)
    expect(clock.slept).toHaveLength(3)
  })

  test('does not keep an end waiting that began while it left a second', async () => {
    const clock = createFakeClock()
    const asleep = Promise.withResolvers<undefined>()
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
        asleep.resolve(undefined)
      })
    const github = createGithubClient(subject.server, subject.token, { ...clock, sleep })
    await github.writeStatus(status, never)
    const second = github.writeStatus({ ...status, state: 'success' }, never)
    await asleep.promise
    github.hurry()
    expect(await second).toEqual({ written: true })
  })

  test('makes a check run of its own where another app has taken the external id', async () => {
    const { server, github, repository } = subject
    const forger = { id: 77, slug: 'forger', name: 'Forger' }
    const { value } = server.mintToken({
      repository: 'acme/ai-gen-service',
      permissions: { checks: 'write' },
      app: forger,
    })
    await createGithubClient(server, value).writeCheck(checkWith(0, { conclusion: 'success' }), never)
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await github.writeCheck(checkWith(2), never)).toEqual({ written: true })
    }
    expect(repository.checkRuns.map(({ app, conclusion }) => [app.slug, conclusion])).toEqual([
      ['github-actions', 'failure'],
      ['forger', 'success'],
    ])
  })

  test('finds check runs by the start of their external id, over many pages', async () => {
    const { github, repository } = subject
    await github.writeCheck(checkWith(0, { text: '{"stage":"build"}' }), never)
    const [first] = repository.checkRuns
    for (let other = 0; other < 150; other += 1) {
      repository.checkRuns.unshift({
        ...first!,
        id: 5000 + other,
        name: `other ${other}`,
        externalId: `other:${other}`,
      })
    }
    const running = checkWith(0, {
      externalId: 'stagegate:test:1',
      name: 'test',
    })
    Reflect.deleteProperty(running, 'conclusion')
    await github.writeCheck({ ...running, status: 'in_progress' }, never)
    expect(await github.findChecks(commit, 'stagegate:', never)).toMatchObject([
      { name: 'test', status: 'in_progress', conclusion: undefined, completedAt: undefined },
      {
        name: 'Stagegate / build',
        commit,
        externalId: 'stagegate:build:1',
        status: 'completed',
        conclusion: 'failure',
        text: '{"stage":"build"}',
        detailsUrl: runUrl,
        app: 'github-actions',
      },
    ])
  })

  test('follows a deployment from its start to its end, though our own status is still pending', async () => {
    const { github, repository } = subject
    await github.writeStatus(status, never)
    const started = await github.startDeployment(deployment, never)
    if (!started.written) throw new Error(started.reason)
    for (const state of ['in_progress', 'success'] as const) {
      expect(await github.setDeploymentState(started.id, { ...success, state }, never)).toEqual({
        written: true,
      })
    }
    expect(repository.deployments).toMatchObject([
      {
        sha: commit,
        environment: 'staging',
        payload: { stagegate: 'ai-gen-service/77/2' },
        statuses: [
          { state: 'in_progress' },
          { state: 'success', environmentUrl: 'https://staging.example.com' },
        ],
      },
    ])
  })

  test('takes secrets out of every text that it writes, and leaves names, addresses and paths as they are', async () => {
    const { github, server, repository } = subject
    const text = 'password hunter2 was refused'
    const url = 'https://staging.example.com/hunter2'
    const spoilt = { ...status, context: text, description: text, targetUrl: url }
    server.inject({ operationId: 'repos/create-commit-status', fault: 'after-effect-502' })
    expect(await github.writeStatus(spoilt, never)).toEqual({ written: true })
    expect(await github.readStatus(commit, text, never)).toMatchObject({ state: spoilt.state })
    const found = { ...annotation(1), path: 'src/hunter2.ts', title: text, message: text }
    const check = checkWith(0, {
      ...{ name: text, title: text, summary: text, text, detailsUrl: url, annotations: [found] },
    })
    for (let times = 0; times < 2; times += 1) await github.writeCheck(check, never)
    const started = await github.startDeployment(
      { ...deployment, environment: text, description: text },
      never,
    )
    const ended = { ...success, description: text, logUrl: url, environmentUrl: url }
    await github.setDeploymentState(started.written ? started.id : 0, ended, never)
    const said = 'password *** was refused'
    expect(repository.statuses).toMatchObject([{ context: text, description: said, targetUrl: url }])
    expect(repository.checkRuns).toMatchObject([
      {
        name: text,
        title: said,
        summary: said,
        text: said,
        detailsUrl: url,
        annotations: [{ path: 'src/hunter2.ts', title: said, message: said }],
      },
    ])
    expect(repository.checkRuns[0]?.annotations).toHaveLength(1)
    expect(repository.deployments).toMatchObject([{ environment: text, description: said }])
    expect(repository.deployments[0]?.statuses).toMatchObject([
      { environmentUrl: url, logUrl: url, description: said },
    ])
  })
})
