import type { Octokit } from '@octokit/rest'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOctokit } from './create-octokit.ts'
import { actionsApp } from './state.ts'
import { type GithubServer, startGithubServer } from './server.ts'

const repo = { owner: 'acme', repo: 'ai-gen-service' }
const sha = 'a'.repeat(40)

describe('the GitHub server, asked about statuses, checks and deployments', () => {
  let server: GithubServer
  let octokit: Octokit

  const client = (permissions: Record<string, 'read' | 'write'>, app = actionsApp) =>
    createOctokit(server, { permissions, app })

  beforeEach(async () => {
    server = await startGithubServer()
    server.createRepository({ owner: 'acme', name: 'ai-gen-service' })
    octokit = client({ statuses: 'write', checks: 'write', deployments: 'write', actions: 'read' })
  })

  afterEach(async () => {
    await server.close()
  })

  test('keeps the newest status of each context in the combined status', async () => {
    for (const state of ['pending', 'success'] as const) {
      await octokit.rest.repos.createCommitStatus({ ...repo, sha, state, context: 'Staging Deployment' })
    }
    await octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'pending', context: 'other' })
    const { data } = await octokit.rest.repos.getCombinedStatusForRef({ ...repo, ref: sha })
    expect(data.statuses.map(({ context, state }) => [context, state])).toEqual([
      ['other', 'pending'],
      ['Staging Deployment', 'success'],
    ])
    expect(data.state).toBe('pending')
    expect(server.state.violations).toEqual([])
  })

  test('refuses a description of more than 140 characters', async () => {
    const description = 'x'.repeat(141)
    await expect(
      octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'failure', description }),
    ).rejects.toMatchObject({ status: 422, response: { data: { errors: [{ field: 'description' }] } } })
    expect(server.state.violations).toMatchObject([
      { kind: 'limit', operationId: 'repos/create-commit-status' },
    ])
    await octokit.rest.repos.createCommitStatus({
      ...repo,
      sha,
      state: 'failure',
      description: '😀'.repeat(140),
    })
  })

  test('takes no more than 1000 statuses for a commit and context', async () => {
    const first = await octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'pending' })
    const { statuses } = server.state.repositories[0]!
    while (statuses.length < 1000) statuses.push({ ...statuses[0]!, id: first.data.id })
    await expect(octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'success' })).rejects.toThrow(
      /maximum number of statuses/,
    )
    await octokit.rest.repos.createCommitStatus({ ...repo, sha, state: 'success', context: 'another' })
  })

  test('appends annotations on every update of a check run, and lists them by page', async () => {
    const { data: run } = await octokit.rest.checks.create({ ...repo, name: 'lint', head_sha: sha })
    expect(run).toMatchObject({
      status: 'queued',
      conclusion: null,
      app: { id: 15368, slug: 'github-actions' },
    })
    for (const size of [50, 50, 7]) {
      await octokit.rest.checks.update({
        ...repo,
        check_run_id: run.id,
        conclusion: 'failure',
        output: { title: 'lint', summary: `${size} more`, annotations: annotations(size) },
      })
    }
    const all = await octokit.paginate(octokit.rest.checks.listAnnotations, { ...repo, check_run_id: run.id })
    expect(all).toHaveLength(107)
    const { data } = await octokit.rest.checks.get({ ...repo, check_run_id: run.id })
    expect(data).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      output: { annotations_count: 107, summary: '7 more' },
    })
    expect(server.state.violations).toEqual([])
  })

  test('refuses 51 annotations, a summary of too many bytes, and a completed run without conclusion', async () => {
    const create = (more: object) =>
      octokit.rest.checks.create({ ...repo, name: 'lint', head_sha: sha, ...more })
    const output = { title: 'lint', summary: 'found' }
    await expect(create({ output: { ...output, annotations: annotations(51) } })).rejects.toThrow(/50/)
    await expect(create({ output: { ...output, summary: 'ü'.repeat(40_000) } })).rejects.toThrow(/65535/)
    await expect(create({ status: 'completed' })).rejects.toMatchObject({ status: 422 })
    await expect(create({ extenral_id: 'typo' })).rejects.toThrow(/not a permitted key/)
    expect(server.state.repositories[0]!.checkRuns).toEqual([])
    expect(server.state.violations.map(({ kind }) => kind)).toEqual(['body', 'limit', 'body', 'body'])
  })

  test('lists the latest run of each name, or all, by app and status', async () => {
    const other = client({ checks: 'write' }, { id: 77, slug: 'forger', name: 'Forger' })
    const create = (api: Octokit, name: string, more = {}) =>
      api.rest.checks.create({ ...repo, name, head_sha: sha, ...more })
    await create(octokit, 'build')
    await create(octokit, 'build', { conclusion: 'success', external_id: 'stagegate:build:1' })
    await create(other, 'build', { conclusion: 'success' })
    const list = async (more = {}) => {
      const { data } = await octokit.rest.checks.listForRef({ ...repo, ref: sha, ...more })
      expect(data.total_count).toBe(data.check_runs.length)
      return data.check_runs.map(({ app, external_id, status }) => [app?.id, external_id, status])
    }
    const newest = [15368, 'stagegate:build:1', 'completed']
    expect(await list()).toEqual([[77, '', 'completed'], newest])
    expect(await list({ app_id: 15368 })).toEqual([newest])
    expect(await list({ app_id: 15368, filter: 'all' })).toEqual([newest, [15368, '', 'queued']])
    expect(await list({ status: 'queued', filter: 'all' })).toEqual([[15368, '', 'queued']])
    expect(await list({ check_name: 'test' })).toEqual([])
  })

  test('lets only the app that made a check run change it', async () => {
    const other = client({ checks: 'write' }, { id: 77, slug: 'forger', name: 'Forger' })
    const { data: run } = await octokit.rest.checks.create({ ...repo, name: 'build', head_sha: sha })
    await expect(
      other.rest.checks.update({ ...repo, check_run_id: run.id, conclusion: 'success' }),
    ).rejects.toMatchObject({ status: 403 })
  })

  test('makes one check suite for each commit and app', async () => {
    await octokit.rest.checks.create({ ...repo, name: 'build', head_sha: sha, conclusion: 'success' })
    await octokit.rest.checks.create({ ...repo, name: 'test', head_sha: sha, conclusion: 'failure' })
    const { data } = await octokit.rest.checks.listSuitesForRef({ ...repo, ref: sha })
    expect(data.check_suites).toMatchObject([
      { status: 'completed', conclusion: 'failure', latest_check_runs_count: 2 },
    ])
    const check_suite_id = data.check_suites[0]!.id
    expect((await octokit.rest.checks.getSuite({ ...repo, check_suite_id })).data.head_sha).toBe(sha)
    const runs = await octokit.rest.checks.listForSuite({ ...repo, check_suite_id })
    expect(runs.data.check_runs.map(({ name }) => name)).toEqual(['test', 'build'])
    const again = await octokit.rest.checks.createSuite({ ...repo, head_sha: sha })
    expect([again.status, again.data.id]).toEqual([200, check_suite_id])
    expect((await octokit.rest.checks.createSuite({ ...repo, head_sha: 'b'.repeat(40) })).status).toBe(201)
    expect(server.state.violations).toEqual([])
  })

  test('waits for every status of the commit before a deployment, unless told not to', async () => {
    await octokit.rest.repos.createCommitStatus({
      ...repo,
      sha,
      state: 'pending',
      context: 'Staging Deployment',
    })
    const create = (more: object) =>
      octokit.rest.repos.createDeployment({ ...repo, ref: sha, environment: 'staging', ...more })
    await expect(create({})).rejects.toMatchObject({ status: 409 })
    const { data } = await create({ required_contexts: [], auto_merge: false, payload: { run: 1 } })
    expect(data).toMatchObject({
      sha,
      environment: 'staging',
      payload: { run: 1 },
      production_environment: false,
    })
    const { data: environment } = await octokit.rest.repos.getEnvironment({
      ...repo,
      environment_name: 'staging',
    })
    expect(environment.name).toBe('staging')
    expect(server.state.violations).toEqual([])
  })

  test('makes earlier deployments inactive when a later one succeeds', async () => {
    const deploy = async (): Promise<number> => {
      const options = { ...repo, ref: sha, environment: 'staging', required_contexts: [] }
      const { data } = await octokit.rest.repos.createDeployment(options)
      const deployment_id = (data as { id: number }).id
      for (const state of ['in_progress', 'success'] as const) {
        await octokit.rest.repos.createDeploymentStatus({
          ...{ ...repo, deployment_id, state, description: 'on its way' },
          environment_url: 'http://127.0.0.1:8080',
        })
      }
      return deployment_id
    }
    const [first, second] = [await deploy(), await deploy()]
    const states = async (deployment_id: number): Promise<string[]> => {
      const { data } = await octokit.rest.repos.listDeploymentStatuses({ ...repo, deployment_id })
      return data.map(({ state }) => state)
    }
    expect(await states(first)).toEqual(['inactive', 'success', 'in_progress'])
    expect(await states(second)).toEqual(['success', 'in_progress'])
    const { data } = await octokit.rest.repos.listDeployments({ ...repo, environment: 'staging' })
    expect(data.map(({ id }) => id)).toEqual([second, first])
    const one = await octokit.rest.repos.getDeployment({ ...repo, deployment_id: first })
    expect(one.data.environment).toBe('staging')
    const status_id = server.state.repositories[0]!.deployments[0]!.statuses[0]!.id
    const status = await octokit.rest.repos.getDeploymentStatus({ ...repo, deployment_id: second, status_id })
    expect(status.data).toMatchObject({ state: 'in_progress', environment_url: 'http://127.0.0.1:8080' })
    expect((await octokit.rest.repos.getAllEnvironments(repo)).data.total_count).toBe(1)
    expect(server.state.violations).toEqual([])
  })
})

function annotations(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    path: 'src/app.ts',
    start_line: index + 1,
    end_line: index + 1,
    annotation_level: 'failure' as const,
    message: 'unused',
  }))
}
