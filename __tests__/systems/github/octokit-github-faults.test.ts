import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import {
  checkWith,
  commit,
  createSubject,
  deployment,
  done,
  never,
  runUrl,
  type Subject,
  written,
} from './subject.ts'

const context = 'Staging Deployment'
const status = { commit, state: 'success', context, description: 'Deployed.', targetUrl: runUrl } as const

/** The work is done, and its answer lost. */
const lostAnswers = [
  'after-effect-502',
  'after-effect-500',
  'after-effect-reset',
  'after-effect-close',
  'after-effect-html',
  'after-effect-garbage',
  'after-effect-empty',
  'cut-body',
  'reset-body',
  'truncated',
]
/** The work is not done. */
const failures = ['500', '502', '503', 'reset', 'close']

describe('the GitHub side of a run, when GitHub misbehaves', () => {
  let subject: Subject

  beforeEach(async () => {
    subject = await createSubject()
  })

  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  test.each([...lostAnswers, ...failures])('writes one commit status for all of %s', async (fault) => {
    subject.server.inject({ operationId: 'repos/create-commit-status', fault })
    expect(await subject.github.writeStatus(status, never)).toEqual(written)
    expect(subject.repository.statuses).toHaveLength(1)
  })

  test('writes one commit status, and takes its answer, however slowly it drips in', async () => {
    subject.server.inject({ operationId: 'repos/create-commit-status', fault: 'drip', delayMs: 0 })
    expect(await subject.github.writeStatus(status, never)).toEqual(written)
    expect(subject.count('repos/create-commit-status')).toBe(1)
    expect(subject.repository.statuses).toHaveLength(1)
  })

  test.each([...lostAnswers, ...failures])('makes one check run for all of %s', async (fault) => {
    subject.server.inject({ operationId: 'checks/create', fault })
    expect(await subject.github.writeCheck(checkWith(60), never)).toEqual(written)
    expect(subject.repository.checkRuns).toHaveLength(1)
    expect(subject.repository.checkRuns[0]?.annotations).toHaveLength(60)
  })

  test.each([...lostAnswers, ...failures])('adds each annotation once for all of %s', async (fault) => {
    subject.server.inject({ operationId: 'checks/update', after: 1, fault })
    expect(await subject.github.writeCheck(checkWith(160), never)).toEqual(written)
    const lines = subject.repository.checkRuns[0]?.annotations.map((each) => each.start_line)
    expect(lines).toEqual(Array.from({ length: 160 }, (_, index) => index + 1))
  })

  test.each([...lostAnswers, ...failures])('makes one deployment for all of %s', async (fault) => {
    subject.server.inject({ operationId: 'repos/create-deployment', fault })
    const started = await subject.github.startDeployment(deployment, never)
    expect(started).toEqual({ written: true, id: subject.repository.deployments[0]?.id })
    expect(subject.repository.deployments).toHaveLength(1)
  })

  test.each([...lostAnswers, ...failures])(
    'sets the state of a deployment once for all of %s',
    async (fault) => {
      const started = await subject.github.startDeployment(deployment, never)
      subject.server.inject({ operationId: 'repos/create-deployment-status', fault })
      const id = started.written ? started.id : 0
      expect(await subject.github.setDeploymentState(id, done, never)).toEqual(written)
      expect(subject.repository.deployments[0]?.statuses).toHaveLength(1)
    },
  )

  test('gives up after three writes, and says so without an exception', async () => {
    subject.server.inject({ operationId: 'repos/create-commit-status', fault: '502', times: 'forever' })
    expect(await subject.github.writeStatus(status, never)).toEqual({
      written: false,
      code: 'E_GITHUB_UNAVAILABLE',
      refused: false,
      reason: expect.stringMatching(/^The commit status was not written: 502/),
    })
    expect(subject.count('repos/create-commit-status')).toBe(3)
    // Two waits are for the pace of writes; the waits before looking come to 500, 1000 and 2000 ms.
    expect(subject.clock.slept).toEqual([500, 500, 1000, 2000])
  })

  test('does not repeat a write when it cannot find out what became of the first', async () => {
    subject.server.inject(
      { operationId: 'checks/create', fault: 'after-effect-502' },
      { operationId: 'checks/list-for-ref', after: 1, fault: '500', times: 'forever' },
    )
    expect(await subject.github.writeCheck(checkWith(0), never)).toMatchObject({ written: false })
    expect(subject.count('checks/create')).toBe(1)
  })

  test.each([
    ['repos/create-commit-status', 'statuses: write'],
    ['checks/create', 'checks: write'],
    ['repos/create-deployment', 'deployments: write'],
  ])('names the line of YAML when %s is not permitted', async (operationId, line) => {
    await subject.server.close()
    subject = await createSubject({
      permissions: { contents: 'read', statuses: 'read', checks: 'read', deployments: 'read' },
    })
    const { github } = subject
    const answers = [
      await github.writeStatus(status, never),
      await github.writeCheck(checkWith(0), never),
      await github.startDeployment(deployment, never),
    ]
    const reasons = answers.flatMap((each) => (each.written ? [] : [each.reason]))
    expect(
      reasons.filter((reason) => reason.endsWith(`Add to the permissions of the job: ${line}.`)),
    ).toHaveLength(1)
    expect(answers.map((each) => !each.written && each.refused)).toEqual([true, true, true])
    expect(subject.count(operationId)).toBe(1)
  })

  test('says that the token is not accepted, or that the repository is not known', async () => {
    subject.server.state.tokens.length = 0
    expect(await subject.github.writeStatus(status, never)).toEqual({
      written: false,
      code: 'E_GITHUB_TOKEN',
      refused: true,
      reason: 'The commit status was not written: GitHub does not accept github-token.',
    })
    subject.server.state.repositories.length = 0
    subject.server.inject({ operationId: 'repos/create-commit-status', fault: '404' })
    expect(await subject.github.writeStatus(status, never)).toMatchObject({ refused: true })
  })

  test.each(['rate-limit', 'secondary-limit'])(
    'does not try again for %s, and says until when',
    async (fault) => {
      subject.server.inject({ fault, times: 'forever' })
      const answer = await subject.github.writeStatus(status, never)
      expect(answer).toMatchObject({ written: false, refused: false, until: expect.any(Date) })
      expect(answer).toHaveProperty(
        'reason',
        expect.stringMatching(/GitHub limits the rate of requests until \d{4}-/),
      )
      expect(subject.repository.statuses).toEqual([])
    },
  )

  test.each([...failures, 'html', 'garbage', 'empty', 'cut-body', 'truncated', 'rate-limit'])(
    'never takes %s for an empty list of check runs, or for no status',
    async (fault) => {
      await subject.github.writeCheck(checkWith(0), never)
      subject.server.inject({ method: 'GET', fault, times: 'forever' })
      const code = expect.stringMatching(/^E_GITHUB_(?:UNAVAILABLE|PROTOCOL|RATE_LIMITED)$/)
      await expect(subject.github.findChecks(commit, 'stagegate:', never)).rejects.toMatchObject({ code })
      await expect(subject.github.readStatus(commit, context, never)).rejects.toMatchObject({ code })
    },
  )

  test('never takes a part of the pages for the whole', async () => {
    await subject.github.writeCheck(checkWith(0), never)
    const { checkRuns } = subject.repository
    while (checkRuns.length < 150) checkRuns.push({ ...checkRuns[0]!, id: 5000 + checkRuns.length })
    subject.server.inject({
      operationId: 'checks/list-for-ref',
      after: 1,
      fault: 'cut-body',
      times: 'forever',
    })
    await expect(subject.github.findChecks(commit, 'stagegate:', never)).rejects.toBeInstanceOf(
      StagegateError,
    )
  })

  test.each(['hang', 'hang-body'])('ends %s by the signal', async (fault) => {
    subject.server.inject({ fault, times: 'forever' })
    const cancel = new AbortController()
    const cancelled = new StagegateError('E_CANCELLED', { message: 'The run was cancelled.' })
    const answers = Promise.allSettled([
      subject.github.writeStatus(status, cancel.signal),
      subject.github.findChecks(commit, 'stagegate:', cancel.signal),
    ])
    await expect.poll(() => subject.server.state.requests.length).toBe(2)
    cancel.abort(cancelled)
    expect(await answers).toEqual([
      {
        status: 'fulfilled',
        value: {
          written: false,
          code: 'E_CANCELLED',
          refused: false,
          reason: 'The commit status was not written: The run was cancelled.',
        },
      },
      { status: 'rejected', reason: cancelled },
    ])
  })

  test('puts no token into any error or reason', async () => {
    const { github, server, token } = subject
    const said: unknown[] = []
    for (const fault of [
      '401',
      '403',
      '404',
      '422',
      '500',
      'rate-limit',
      'html',
      'garbage',
      'cut-body',
      'reset',
    ]) {
      server.faults.clear()
      server.inject({ fault, times: 'forever' })
      said.push(await github.writeStatus(status, never), await github.writeCheck(checkWith(1), never))
      said.push(
        await github.startDeployment(deployment, never),
        await github.setDeploymentState(1, done, never),
      )
      said.push(await github.findChecks(commit, 'stagegate:', never).catch((thrown: unknown) => thrown))
      said.push(await github.readStatus(commit, context, never).catch((thrown: unknown) => thrown))
    }
    const shown = inspect(said, { depth: Infinity, showHidden: true })
    expect(said).toHaveLength(60)
    expect(shown).not.toContain(token)
    expect(shown).not.toMatch(/authorization/i)
  })
})
