import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { healDeadRuns } from '../../src/main/heal-dead-runs.ts'
import type { CommitStatus, DeploymentState } from '../../src/systems/github/github.ts'
import {
  createGithubClient,
  createSubject,
  pipelinePermissions,
  type Subject,
} from '../systems/github/subject.ts'
import { configOf, headCommit } from './config-of.ts'

const never = new AbortController().signal
const repository = 'acme/ai-gen-service'
const context = 'Staging Deployment'
const page = (run: number, attempt = 1): string =>
  `https://github.com/${repository}/actions/runs/${run}/attempts/${attempt}`
const commitOf = (run: number): string => String(run).padStart(40, 'b')

describe('what earlier runs have left that died with their machines', () => {
  let subject: Subject
  let said: string[]

  beforeEach(async () => {
    subject = await createSubject({ permissions: { ...pipelinePermissions, actions: 'read' } })
    Object.assign(subject.repository, { private: true })
    said = []
    // This very run, which is not over.
    runOf(77, { headSha: headCommit })
  })
  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  const runOf = (id: number, more: object = {}): void => {
    subject.server.seed(repository, 'runs', { id, headSha: commitOf(id), ...more })
  }
  const died = { status: 'completed', conclusion: 'failure' }
  const statusOf = async (
    run: number,
    state: CommitStatus['state'],
    { url = page(run), commit = commitOf(run) } = {},
  ): Promise<void> => {
    await subject.github.writeStatus({ commit, context, state, description: '', targetUrl: url }, never)
  }
  const deploymentOf = async (
    run: number,
    state: DeploymentState,
    service = 'ai-gen-service',
  ): Promise<void> => {
    const key = `${service}/${run}/1`
    const start = { commit: commitOf(run), environment: 'staging', description: '', key }
    const started = await subject.github.startDeployment(start, never)
    const status = { state, description: '', logUrl: '', environmentUrl: undefined }
    await subject.github.setDeploymentState(started.written ? started.id : 0, status, never)
  }
  const heal = async (config = configOf(), github = subject.github): Promise<number> => {
    const before = subject.server.state.requests.length
    await healDeadRuns({ github, config, signal: never, say: (text) => said.push(text) })
    return subject.server.state.requests.length - before
  }
  const statuses = (run: number): readonly string[] =>
    subject.repository.statuses.filter(({ sha }) => sha === commitOf(run)).map(({ state }) => state)
  const deployments = (run: number): readonly unknown[] =>
    subject.repository.deployments
      .filter(({ sha }) => sha === commitOf(run))
      .map((each) => each.statuses.at(-1)?.state)

  it('is a status that waits on another commit, wherever in the pipeline the run was', async () => {
    runOf(76, died)
    await statusOf(76, 'pending')
    await heal()
    expect(statuses(76)).toEqual(['error', 'pending'])
    expect(subject.repository.statuses[0]).toMatchObject({
      targetUrl: page(76),
      description: 'The run was ended before it had a result.',
    })
    expect(said).toEqual(['Run 76 has died: its commit status is an error now.'])
  })

  it('is also what a run left that was not yet given up when the next one started', async () => {
    runOf(75, { status: 'completed', conclusion: 'cancelled' })
    runOf(76, { status: 'completed', conclusion: 'success' })
    await statusOf(75, 'pending')
    await deploymentOf(75, 'in_progress')
    await deploymentOf(76, 'success')
    await heal()
    expect([statuses(75), deployments(75), deployments(76)]).toEqual([
      ['error', 'pending'],
      ['error'],
      ['success'],
    ])
  })

  it('is a deployment of this service, and none of another that came after it', async () => {
    runOf(74, died)
    runOf(75, died)
    await deploymentOf(74, 'in_progress')
    await deploymentOf(75, 'in_progress', 'web')
    await heal()
    expect([deployments(74), deployments(75)]).toEqual([['error'], ['in_progress']])
    expect(said).toEqual(['Run 74 has died: its deployment is an error now.'])
    expect(
      subject.repository.deployments.find(({ sha }) => sha === commitOf(74))?.statuses.at(-1),
    ).toMatchObject({
      logUrl: page(74),
    })
  })

  it('is a deployment of an earlier attempt on the very commit of this run, whose status this run has written', async () => {
    runOf(76, { ...died, headSha: headCommit, attempt: 2 })
    await statusOf(77, 'pending', { url: page(77, 2), commit: headCommit })
    await deploymentOf(76, 'in_progress')
    await heal()
    expect(subject.repository.statuses.map(({ state }) => state)).toEqual(['pending'])
    expect(deployments(76)).toEqual(['error'])
  })

  it.each<[string, object]>([
    ['is not over', { status: 'in_progress' }],
    ['has ended well, as one step of several', { status: 'completed', conclusion: 'success' }],
    ['is of another workflow', { ...died, path: '.github/workflows/other.yml' }],
    ['is of a fork', { ...died, fork: 'mallory/ai-gen-service' }],
  ])('is nothing of a run that %s', async (_, more) => {
    runOf(76, more)
    await statusOf(76, 'pending')
    await deploymentOf(76, 'in_progress')
    expect(await heal()).toBe(1)
    expect([statuses(76), deployments(76), said]).toEqual([['pending'], ['in_progress'], []])
  })

  it('is no status that is of another run by now, or has its end', async () => {
    runOf(75, died)
    runOf(76, died)
    await statusOf(75, 'pending', { url: page(80) })
    await statusOf(76, 'failure')
    await heal()
    expect([statuses(75), statuses(76)]).toEqual([['pending'], ['failure']])
  })

  it('costs one request when every earlier run has ended well, and six at most', async () => {
    for (const id of [70, 71, 72]) runOf(id, { status: 'completed', conclusion: 'success' })
    expect(await heal()).toBe(1)
    for (const id of [73, 74, 75, 76]) {
      runOf(id, died)
      await statusOf(id, 'failure')
      await deploymentOf(id, 'failure')
    }
    expect(await heal()).toBe(6)
  })

  it('is left, and that it could not be looked up is said with the permission that it takes', async () => {
    runOf(76, died)
    await statusOf(76, 'pending')
    const { value } = subject.server.mintToken({ repository, permissions: pipelinePermissions })
    await heal(configOf(), createGithubClient(subject.server, value))
    expect(statuses(76)).toEqual(['pending'])
    expect(said).toEqual([
      expect.stringMatching(
        /^Whether an earlier run died and left something open is not known: .*actions: read\.$/,
      ),
    ])
  })

  it.each(['503', 'reset', '404', 'rate-limit'])(
    'is left while GitHub answers with %s, which is said',
    async (fault) => {
      runOf(76, died)
      await statusOf(76, 'pending')
      subject.server.inject({ fault, times: 'forever' })
      await heal()
      expect(statuses(76)).toEqual(['pending'])
      expect(said).toEqual([
        expect.stringMatching(/^Whether an earlier run died and left something open is not known: /),
      ])
    },
  )
})
