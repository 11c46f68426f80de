import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOctokit } from './create-octokit.ts'
import {
  createGithubClient,
  createSubject,
  deployment,
  done,
  never,
  type Subject,
  written,
} from './subject.ts'

let subject: Subject

beforeEach(async () => {
  subject = await createSubject()
})

afterEach(async () => {
  expect(subject.server.state.violations).toEqual([])
  await subject.server.close()
})

async function deploy(key: string, state: 'success' | 'failure' = 'success', environment = 'staging') {
  const started = await subject.github.startDeployment({ ...deployment, key, environment }, never)
  if (!started.written) throw new Error(started.reason)
  expect(await subject.github.setDeploymentState(started.id, { ...done, state }, never)).toEqual(written)
  return started.id
}

/** The newest state of each deployment, by its key. */
function states(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    subject.repository.deployments.map(({ payload, environment, statuses }) => [
      `${(payload as { stagegate: string }).stagegate} ${environment}`,
      statuses.at(-1)?.state,
    ]),
  )
}

describe('a deployment that succeeds', () => {
  it('leaves those of other services in the same environment active', async () => {
    for (const key of ['api/1/1', 'worker/2/1', 'api-two/3/1', 'team/api/4/1']) await deploy(key)
    expect(states()).toEqual({
      'api/1/1 staging': 'success',
      'worker/2/1 staging': 'success',
      'api-two/3/1 staging': 'success',
      'team/api/4/1 staging': 'success',
    })
  })

  it('retires what its own service had there before, and not what failed, or is elsewhere', async () => {
    await deploy('api/1/1')
    await deploy('api/2/1', 'failure')
    await deploy('api/2/2', 'success', 'preview')
    await deploy('api/3/1')
    expect(states()).toEqual({
      'api/1/1 staging': 'inactive',
      'api/2/1 staging': 'failure',
      'api/2/2 preview': 'success',
      'api/3/1 staging': 'success',
    })
    await deploy('api/3/2')
    expect(states()).toMatchObject({ 'api/3/1 staging': 'inactive', 'api/3/2 staging': 'success' })
  })

  it('that was started by another process does the same, as at the end of a job that was killed', async () => {
    await deploy('worker/1/1')
    await deploy('api/1/1')
    const started = await subject.github.startDeployment({ ...deployment, key: 'api/2/1' }, never)
    if (!started.written) throw new Error(started.reason)
    const later = createGithubClient(subject.server, subject.token)
    expect(await later.setDeploymentState(started.id, done, never)).toEqual(written)
    expect(states()).toEqual({
      'worker/1/1 staging': 'success',
      'api/1/1 staging': 'inactive',
      'api/2/1 staging': 'success',
    })
  })

  it('retires nothing that is newer, and asks no more when it meets one that is inactive', async () => {
    for (const run of [1, 2, 3]) await deploy(`api/${run}/1`)
    const older = await subject.github.startDeployment({ ...deployment, key: 'api/4/1' }, never)
    await deploy('api/5/1')
    const before = subject.count('repos/list-deployment-statuses')
    await subject.github.setDeploymentState(older.written ? older.id : 0, done, never)
    expect(states()).toMatchObject({ 'api/5/1 staging': 'success', 'api/4/1 staging': 'success' })
    expect(subject.count('repos/list-deployment-statuses') - before).toBe(1)
  })

  it('is written all the same where GitHub does not list the others, and that is said', async () => {
    const started = await subject.github.startDeployment(deployment, never)
    subject.server.inject({ operationId: 'repos/list-deployments', fault: '500', times: 'forever' })
    const answer = await subject.github.setDeploymentState(started.written ? started.id : 0, done, never)
    expect(answer).toMatchObject({
      written: true,
      unfinished: expect.stringMatching(
        /^Earlier deployments of the service are not shown as inactive/,
      ) as string,
    })
    expect(subject.repository.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'success' })
  })

  it('would retire those of others without being told not to: so does the server of these tests', async () => {
    const id = await deploy('worker/1/1')
    const started = await subject.github.startDeployment({ ...deployment, key: 'api/1/1' }, never)
    const octokit = createOctokit(subject.server, { permissions: { deployments: 'write' } })
    await octokit.rest.repos.createDeploymentStatus({
      ...{ owner: 'acme', repo: 'ai-gen-service' },
      ...{ deployment_id: started.written ? started.id : 0, state: 'success' },
    })
    expect(subject.repository.deployments.find((each) => each.id === id)?.statuses.at(-1)?.state).toBe(
      'inactive',
    )
  })
})
