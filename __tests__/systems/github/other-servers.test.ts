import { afterEach, describe, expect, test } from 'vitest'
import type { CommitStatus } from '../../../src/systems/github/github.ts'
import { checkWith, commit, createSubject, runUrl, type Subject } from './subject.ts'

const never = new AbortController().signal
const status: CommitStatus = {
  commit,
  state: 'success',
  context: 'Staging Deployment',
  description: 'Deployed.',
  targetUrl: runUrl,
}
const deployment = { commit, environment: 'staging', description: 'v1.1.0', key: 'ai-gen-service/77/2' }

let subject: Subject
afterEach(async () => {
  expect(subject.server.state.violations).toEqual([])
  await subject.server.close()
})

describe('a GitHub Enterprise Server, whose API is under /api/v3', () => {
  test('is written to and read from like github.com, over many pages', async () => {
    subject = await createSubject({}, { apiPath: '/api/v3' })
    const { github, repository, server } = subject
    expect(server.url).toMatch(/\/api\/v3$/)
    expect(await github.writeStatus(status, never)).toEqual({ written: true })
    expect(await github.writeCheck(checkWith(60), never)).toEqual({ written: true })
    expect(await github.startDeployment(deployment, never)).toMatchObject({ written: true })
    while (repository.checkRuns.length < 230) {
      const { length } = repository.checkRuns
      repository.checkRuns.unshift({
        ...repository.checkRuns[0]!,
        id: 5_000 + length,
        externalId: `other:${length}`,
      })
    }
    const found = await github.findChecks(commit, 'stagegate:', never)
    expect(found.map(({ externalId }) => externalId)).toEqual(['stagegate:build:1'])
    expect(new Set(server.state.requests.map(({ path }) => path.slice(0, 7)))).toEqual(new Set(['/api/v3']))
  })
})

describe('a server like GitHub that has no check runs and no deployments (Gitea, Forgejo)', () => {
  test('takes commit statuses, and is said to have nothing else', async () => {
    subject = await createSubject(
      {},
      { absent: ['checks/', 'repos/create-deployment', 'repos/list-deployment'] },
    )
    const { github, repository } = subject
    expect(await github.writeStatus(status, never)).toEqual({ written: true })
    expect(await github.readStatus(commit, 'Staging Deployment', never)).toMatchObject({ state: 'success' })
    const refused = { written: false, refused: true, code: 'E_GITHUB_NOT_FOUND' }
    expect(await github.writeCheck(checkWith(1), never)).toMatchObject(refused)
    expect(await github.startDeployment(deployment, never)).toMatchObject(refused)
    await expect(github.findChecks(commit, 'stagegate:', never)).rejects.toMatchObject({
      code: 'E_GITHUB_NOT_FOUND',
    })
    expect(repository.statuses).toHaveLength(1)
  })
})
