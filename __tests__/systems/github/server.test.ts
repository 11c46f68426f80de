import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOctokit } from './create-octokit.ts'
import { type GithubServer, startGithubServer } from './server.ts'
import type { TokenOptions } from './state.ts'

const repo = { owner: 'acme', repo: 'ai-gen-service' }
const sha = 'a'.repeat(40)
const statusPath = `/repos/acme/ai-gen-service/statuses/${sha}`

describe('the GitHub server', () => {
  let server: GithubServer

  beforeEach(async () => {
    server = await startGithubServer()
    server.createRepository({ owner: 'acme', name: 'ai-gen-service' })
    server.createRepository({ owner: 'acme', name: 'open', private: false })
  })

  afterEach(async () => {
    await server.close()
  })

  const client = (options: Partial<TokenOptions> = {}) => createOctokit(server, options)

  const send = (path: string, options: RequestInit = {}) => fetch(server.url + path, options)

  test('knows of a private repository only for its own token', async () => {
    expect((await client().rest.repos.get(repo)).data.full_name).toBe('acme/ai-gen-service')
    await expect(client({ repository: 'acme/open' }).rest.repos.get(repo)).rejects.toMatchObject({
      status: 404,
    })
    expect((await send('/repos/acme/ai-gen-service')).status).toBe(404)
    expect((await send('/repos/acme/open')).status).toBe(200)
  })

  test('answers 401 to a wrong token, and to none where one is needed', async () => {
    const wrong = await send('/repos/acme/open', { headers: { authorization: 'Bearer ghs_wrong' } })
    expect([wrong.status, await wrong.json()]).toMatchObject([
      401,
      { message: 'Bad credentials', status: '401' },
    ])
    const none = await send(`/repos/acme/open/statuses/${sha}`, {
      method: 'POST',
      body: '{"state":"success"}',
    })
    expect([none.status, await none.json()]).toMatchObject([401, { message: 'Requires authentication' }])
  })

  test('refuses what the permissions do not reach, and says which would', async () => {
    const octokit = client({ permissions: { statuses: 'read', checks: 'write' } })
    await octokit.rest.repos.getCombinedStatusForRef({ ...repo, ref: sha })
    await expect(
      octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'success' }),
    ).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Resource not accessible by integration'),
      response: { headers: { 'x-accepted-github-permissions': 'statuses=write' } },
    })
    expect(server.state.violations).toEqual([])
  })

  test("takes every right to write from a fork's token", async () => {
    const octokit = client({ kind: 'fork', permissions: { checks: 'write', contents: 'write' } })
    await octokit.rest.checks.listForRef({ ...repo, ref: sha })
    await expect(octokit.rest.checks.create({ ...repo, name: 'build', head_sha: sha })).rejects.toMatchObject(
      { status: 403 },
    )
  })

  test('does not let a personal token make check runs', async () => {
    const octokit = client({ kind: 'classic' })
    await octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'success' })
    await expect(octokit.rest.checks.create({ ...repo, name: 'build', head_sha: sha })).rejects.toThrow(
      /authenticate via a GitHub App/,
    )
  })

  test('records what does not fit the description: route, parameter, body, header', async () => {
    const token = server.mintToken({
      repository: 'acme/ai-gen-service',
      permissions: { statuses: 'write' },
    }).value
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await send('/repos/acme/ai-gen-service/nothing', { headers })).status).toBe(404)
    expect((await send('/repos/acme/ai-gen-service?per-page=2', { headers })).status).toBe(200)
    const post = (body: string, more = {}) =>
      send(statusPath, { method: 'POST', headers: { ...headers, ...more }, body })
    expect((await post('{"state":"green"}')).status).toBe(422)
    expect((await post('{')).status).toBe(400)
    expect((await post('{"state":"success"}', { 'content-type': 'text/plain' })).status).toBe(201)
    expect((await post('{"state":"success"}', { accept: 'text/xml' })).status).toBe(415)
    expect((await send('/emojis', { headers })).status).toBe(501)
    expect(server.state.violations.map(({ kind }) => kind)).toEqual([
      ...['route', 'parameter', 'body', 'body', 'header', 'header', 'not-implemented'],
    ])
  })

  test('counts requests against the hourly limit that all jobs of a repository share', async () => {
    const [one, two] = [client(), client()]
    await one.rest.repos.get(repo)
    const { headers } = await two.rest.repos.get(repo)
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '998' })
    server.state.rates['acme/ai-gen-service']!.used = 1000
    await expect(one.rest.repos.get(repo)).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'x-ratelimit-remaining': '0' } },
    })
    expect((await one.rest.rateLimit.get()).data.rate.remaining).toBe(0)
  })

  test('links pages, and never gives more than 100 items', async () => {
    const octokit = client({ permissions: { statuses: 'write' } })
    for (let index = 0; index < 5; index += 1) {
      await octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'success', context: `c${index}` })
    }
    const page = (number: number) =>
      octokit.rest.repos.listCommitStatusesForRef({ ...repo, ref: sha, per_page: 2, page: number })
    const { headers, data } = await page(2)
    expect(data.map(({ context }) => context)).toEqual(['c2', 'c1'])
    expect(headers.link?.match(/rel="\w+"/g)).toEqual([
      'rel="prev"',
      'rel="next"',
      'rel="last"',
      'rel="first"',
    ])
    expect((await page(9)).data).toEqual([])
    await octokit.rest.repos.listCommitStatusesForRef({ ...repo, ref: sha, per_page: 1000 })
    expect(server.state.violations).toMatchObject([{ kind: 'parameter' }])
  })

  test('shows workflow runs, jobs and artifacts that a test put there', async () => {
    const octokit = client({ permissions: { actions: 'read' } })
    const name = 'acme/ai-gen-service'
    const workflow = server.seed(name, 'workflows', { path: '.github/workflows/staging.yml' })
    const run = server.seed(name, 'runs', { workflowId: workflow.id, headSha: sha, attempt: 2 })
    server.seed(name, 'jobs', { runId: run.id, attempt: 1, name: 'build' })
    server.seed(name, 'jobs', {
      runId: run.id,
      attempt: 2,
      name: 'build',
      status: 'completed',
      conclusion: 'success',
    })
    server.seed(name, 'artifacts', { runId: run.id, name: 'image', size: 10 })
    const found = await octokit.rest.actions.getWorkflowRun({ ...repo, run_id: run.id })
    expect(found.data).toMatchObject({ head_sha: sha, run_attempt: 2, path: workflow.path })
    const attempt = { ...repo, run_id: run.id, attempt_number: 2 }
    const jobs = await octokit.rest.actions.listJobsForWorkflowRunAttempt(attempt)
    expect(jobs.data.jobs).toMatchObject([{ name: 'build', conclusion: 'success', run_attempt: 2 }])
    expect((await octokit.rest.actions.getWorkflowRunAttempt(attempt)).data.id).toBe(run.id)
    const latest = await octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id: run.id })
    expect(latest.data.jobs.map(({ id }) => id)).toEqual([jobs.data.jobs[0]!.id])
    const job = await octokit.rest.actions.getJobForWorkflowRun({ ...repo, job_id: latest.data.jobs[0]!.id })
    expect(job.data.name).toBe('build')
    expect((await octokit.rest.actions.listArtifactsForRepo(repo)).data.total_count).toBe(1)
    await octokit.rest.actions.getWorkflow({ ...repo, workflow_id: 'staging.yml' })
    const artifacts = await octokit.rest.actions.listWorkflowRunArtifacts({ ...repo, run_id: run.id })
    expect(artifacts.data.artifacts).toMatchObject([{ name: 'image' }])
    expect(server.state.violations).toEqual([])
  })

  test('takes SARIF, works on it for a while, and says when it was wrong', async () => {
    const octokit = client({ permissions: { 'security-events': 'write' } })
    const upload = async (document: Buffer) => {
      const sarif = document.toString('base64')
      const { data } = await octokit.rest.codeScanning.uploadSarif({
        ...repo,
        commit_sha: sha,
        ref: 'refs/heads/main',
        sarif,
      })
      const read = async () =>
        (await octokit.rest.codeScanning.getSarif({ ...repo, sarif_id: data.id! })).data
      return [await read(), await read()].map((state) => state.processing_status)
    }
    expect(await upload(gzipSync('{"version":"2.1.0","runs":[]}'))).toEqual(['pending', 'complete'])
    expect(await upload(gzipSync('{"version":"1.0.0"}'))).toEqual(['pending', 'failed'])
    expect(await upload(Buffer.from('not gzip'))).toEqual(['pending', 'failed'])
    expect(server.state.violations).toEqual([])
  })

  test('refuses SARIF where code scanning is off', async () => {
    server.createRepository({ owner: 'acme', name: 'ai-gen-service', codeScanning: false })
    const octokit = client({ permissions: { 'security-events': 'write' } })
    await expect(octokit.rest.codeScanning.getSarif({ ...repo, sarif_id: 'x' })).rejects.toMatchObject({
      status: 403,
    })
  })

  test('answers what belongs to no repository', async () => {
    const octokit = client()
    expect((await octokit.rest.meta.get()).data.verifiable_password_authentication).toBe(false)
    expect((await octokit.rest.apps.getBySlug({ app_slug: 'github-actions' })).data?.id).toBe(15368)
    await expect(octokit.rest.users.getAuthenticated()).rejects.toMatchObject({ status: 403 })
    const personal = createOctokit(server, { kind: 'classic' })
    expect((await personal.rest.users.getAuthenticated()).data.login).toBe('octocat')
    expect((await send('/user')).status).toBe(401)
    expect((await octokit.rest.users.getByUsername({ username: 'acme' })).data.type).toBe('Organization')
    const { data } = await octokit.rest.apps.listReposAccessibleToInstallation()
    expect(data.repositories.map(({ name }) => name)).toEqual(['ai-gen-service'])
    expect(server.state.violations).toEqual([])
  })
})
