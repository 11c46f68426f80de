import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeTerminal, type Traces } from '../../src/main/make-terminal.ts'
import type { LostStatus, SavedState } from '../../src/main/state.ts'
import type { CommitStatus, DeploymentState } from '../../src/systems/github/github.ts'
import { asEnv } from '../inputs/as-env.ts'
import { commit, createSubject, runUrl, type Subject } from '../systems/github/subject.ts'
import { createRecordingConsole, type RecordingConsole } from './recording-console.ts'

const never = new AbortController().signal
const context = 'Staging Deployment'
const repository = 'acme/ai-gen-service'
const runs = 'https://github.com/acme/ai-gen-service/actions/runs'
const key = 'ai-gen-service/77/2'
const saved: SavedState = {
  ...{ commit, context, repository, runUrl, mayDeploy: true, deploymentKey: key, lock: 'staging/lock' },
}
const lostAs = (state: CommitStatus['state'], description: string): LostStatus => ({
  ...{ repository, commit, context, targetUrl: runUrl, state, description },
})
const success = lostAs('success', 'Deployed and verified.')
const died = 'error: The run was ended before it had a result.'

describe('what post makes terminal', () => {
  let subject: Subject
  let console: RecordingConsole

  beforeEach(async () => {
    subject = await createSubject()
    console = createRecordingConsole()
  })
  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  const end = (traces: Partial<Traces>): Promise<void> => {
    const startedAt = new Date(Date.now() - 60_000).toISOString()
    const env = { GITHUB_API_URL: subject.server.url, ...asEnv({ 'github-token': subject.token }) }
    return makeTerminal({ state: saved, lost: undefined, startedAt, ...traces }, env, console, never)
  }
  /** A status that is there already. */
  const there = async (state: CommitStatus['state'], targetUrl = runUrl): Promise<void> => {
    await subject.github.writeStatus({ commit, context, state, description: 'Earlier.', targetUrl }, never)
  }
  const deploy = async (...states: readonly DeploymentState[]): Promise<void> => {
    const started = await subject.github.startDeployment(
      { commit, environment: 'staging', description: '', key },
      never,
    )
    const id = started.written ? started.id : 0
    for (const state of states)
      await subject.github.setDeploymentState(
        id,
        { state, description: '', logUrl: '', environmentUrl: undefined },
        never,
      )
  }
  const statuses = (): readonly string[] =>
    subject.repository.statuses.map(({ state, description }) => `${state}: ${description ?? ''}`)
  const deployment = (): readonly string[] =>
    subject.repository.deployments[0]?.statuses.map(({ state }) => state) ?? []

  describe('of a run that was killed', () => {
    it('is its pending status, and its deployment', async () => {
      await there('pending')
      await deploy('in_progress')
      await end({})
      expect(statuses()).toEqual([died, 'pending: Earlier.'])
      expect(deployment()).toEqual(['in_progress', 'error'])
    })

    it.each(['success', 'failure'] as const)('is not the status when it was %s already', async (state) => {
      await there(state)
      await deploy('in_progress')
      await end({})
      expect(statuses()).toEqual([`${state}: Earlier.`])
      expect(deployment()).toEqual(['in_progress', state])
    })

    it('is not a deployment that had its end', async () => {
      await there('pending')
      await deploy('in_progress', 'success')
      await end({})
      expect(deployment()).toEqual(['in_progress', 'success'])
    })

    it('is not the success of an earlier run either: that says nothing of this one', async () => {
      await there('success', `${runs}/76/attempts/1`)
      // Only to the second does GitHub say when it was.
      await end({ startedAt: new Date(Date.now() + 2_000).toISOString() })
      expect(statuses()).toEqual([died, 'success: Earlier.'])
    })

    it('is nothing that a later run has written since, and says so', async () => {
      await there('pending', `${runs}/78/attempts/1`)
      await end({})
      expect(statuses()).toEqual(['pending: Earlier.'])
      expect(console.said).toEqual(['The commit status is left as it is: another run has written it since.'])
    })

    it('is no status where the event may not deploy, or before there was a plan', async () => {
      await end({ state: { ...saved, mayDeploy: false } })
      await end({ state: undefined })
      expect(statuses()).toEqual([])
    })
  })

  describe('of a run whose end GitHub did not take', () => {
    it('is that very end, with its deployment', async () => {
      await there('pending')
      await deploy('in_progress')
      await end({ lost: success })
      expect(statuses()).toEqual(['success: Deployed and verified.', 'pending: Earlier.'])
      expect(deployment()).toEqual(['in_progress', 'success'])
      expect(console.said).toEqual(['The commit status is written now: success.'])
    })

    it('is written over what an earlier run had left on the commit', async () => {
      await there('success', `${runs}/76/attempts/1`)
      await end({
        lost: lostAs('failure', 'deploy.rollout: CrashLoopBackOff'),
        startedAt: new Date(Date.now() + 2_000).toISOString(),
      })
      expect(statuses()[0]).toBe('failure: deploy.rollout: CrashLoopBackOff')
    })

    it('is written where the run had no plan yet, and so no saved state', async () => {
      await end({ state: undefined, lost: lostAs('failure', 'configuration: 1 error') })
      expect(statuses()).toEqual(['failure: configuration: 1 error'])
    })

    it('is left when a later call of the same run has said how it ended', async () => {
      await there('error')
      await end({ lost: lostAs('failure', 'scan.sast: eval') })
      expect(statuses()).toEqual(['error: Earlier.'])
    })

    it('takes back nothing of a later call of the same run when it was only pending', async () => {
      await there('pending')
      await end({ lost: lostAs('pending', 'Waiting for the stage test.') })
      expect(statuses()).toEqual(['pending: Earlier.'])
    })

    it('is said to be lost for good when GitHub still does not take it', async () => {
      subject.server.inject({ operationId: 'repos/create-commit-status', fault: '503', times: 'forever' })
      await end({ lost: success })
      expect(console.said).toEqual([expect.stringMatching(/^! The commit status was not written: 503/)])
      expect(statuses()).toEqual([])
    })
  })
})
