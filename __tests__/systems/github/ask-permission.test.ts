import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GitHubPermission } from '../../../src/systems/github/ask-permission.ts'
import { createGithubClient, createSubject, pipelinePermissions, type Subject } from './subject.ts'

const permissions: readonly GitHubPermission[] = ['checks', 'statuses', 'deployments']
const about = { environment: 'staging', run: '77' }
const never = new AbortController().signal

describe('a question for a permission', () => {
  let subject: Subject

  beforeEach(async () => {
    subject = await createSubject()
  })

  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  async function ask(permission: GitHubPermission, client = subject.github) {
    return client.askPermission(permission, about, never)
  }

  /** Everything of the repository that a write could have made. */
  function made(): unknown {
    const { statuses, checkRuns, checkSuites, deployments, environments } = subject.repository
    return { statuses, checkRuns, checkSuites, deployments, environments }
  }

  test.each(permissions)(
    '%s is yes for a job that has it, with one request and nothing made',
    async (name) => {
      expect(await ask(name)).toEqual({ has: 'yes' })
      expect(subject.server.state.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
        'POST 422',
      ])
      expect(made()).toEqual({
        statuses: [],
        checkRuns: [],
        checkSuites: [],
        deployments: [],
        environments: [],
      })
    },
  )

  test.each(permissions)('%s is no for a job that has all but it', async (name) => {
    const other = await createSubject({ permissions: { ...pipelinePermissions, [name]: 'none' } })
    try {
      const answer = await ask(name, other.github)
      expect(answer).toEqual({
        has: 'no',
        reason: expect.stringContaining('Resource not accessible') as string,
      })
      expect(other.server.state.requests).toHaveLength(1)
      for (const rest of permissions.filter((each) => each !== name)) {
        expect(await ask(rest, other.github)).toEqual({ has: 'yes' })
      }
    } finally {
      await other.server.close()
    }
  })

  test.each(permissions)('%s is no with the read-only token of a fork', async (name) => {
    const { value: token } = subject.server.mintToken({
      repository: 'acme/ai-gen-service',
      kind: 'fork',
      permissions: pipelinePermissions,
    })
    expect(await ask(name, createGithubClient(subject.server, token))).toMatchObject({ has: 'no' })
    expect(made()).toEqual({
      statuses: [],
      checkRuns: [],
      checkSuites: [],
      deployments: [],
      environments: [],
    })
  })

  test('actions is yes or no by whether this very run can be read, whatever else the job may', async () => {
    subject.server.seed('acme/ai-gen-service', 'runs', { id: 77 })
    Object.assign(subject.repository, { private: true })
    expect(await ask('actions')).toEqual({
      has: 'no',
      reason: expect.stringMatching(/^actions: read cannot be asked for: Resource not accessible/) as string,
    })
    const permissions = { ...pipelinePermissions, actions: 'read' } as const
    const { value } = subject.server.mintToken({ repository: 'acme/ai-gen-service', permissions })
    expect(await ask('actions', createGithubClient(subject.server, value))).toEqual({ has: 'yes' })
    subject.server.inject({ fault: '503', times: 'forever' })
    expect(await ask('actions')).toMatchObject({ has: 'unknown' })
  })

  test('checks is no with a personal token, which can make no check run', async () => {
    const { value: token } = subject.server.mintToken({ repository: 'acme/ai-gen-service', kind: 'classic' })
    const client = createGithubClient(subject.server, token)
    expect(await ask('checks', client)).toMatchObject({ has: 'no' })
    expect(await ask('statuses', client)).toEqual({ has: 'yes' })
  })

  test('checks is no where the server has no such routes, as that of Gitea', async () => {
    subject.server.inject({ fault: 'status:404' })
    expect(await ask('checks')).toMatchObject({ has: 'no' })
  })

  test.each([
    ['401', 'no'],
    ['rate-limit', 'unknown'],
    ['secondary-limit', 'unknown'],
    ['500', 'unknown'],
    ['502', 'unknown'],
    ['html', 'unknown'],
    ['garbage', 'unknown'],
    ['empty', 'unknown'],
    ['cut-body', 'unknown'],
    ['reset', 'unknown'],
    ['close', 'unknown'],
  ] as const)('is answered under %s: %s', async (fault, has) => {
    for (const name of permissions) {
      subject.server.inject({ fault })
      expect((await ask(name)).has, name).toBe(has)
    }
  })

  test('is asked again after 429, and not known when that does not end', async () => {
    subject.server.inject({ fault: '429', retryAfter: '1' })
    expect(await ask('checks')).toEqual({ has: 'yes' })
    subject.server.inject({ fault: '429', times: 'forever' })
    expect(await ask('checks')).toMatchObject({ has: 'unknown' })
  })

  test('is not known when GitHub has not answered by the deadline, and nothing is thrown', async () => {
    subject.server.inject({ fault: 'hang' })
    const deadline = new AbortController()
    const asked = subject.github.askPermission('checks', about, deadline.signal)
    await new Promise((resolve) => setTimeout(resolve, 50))
    deadline.abort(new Error('no answer within 10 s'))
    expect(await asked).toEqual({ has: 'unknown', reason: expect.stringContaining('10 s') as string })
  })
})
