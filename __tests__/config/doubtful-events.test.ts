import { describe, expect, it } from 'vitest'
import { parseTrigger } from '../../src/config/parse-trigger.ts'
import { decideDeployment } from '../../src/config/resolve/decide-deployment.ts'
import { readEvent } from '../fixtures/events/read-event.ts'

type Json = Readonly<Record<string, unknown>>
type Change = (payload: Json) => Json

/** An event of the fixtures, changed: its payload, and the runner's variables. */
function parse(name: string, change: Change = (same) => same, env: Readonly<Record<string, string>> = {}) {
  const recorded = readEvent(name)
  return parseTrigger({ ...recorded.env, ...env }, change(recorded.payload))
}

/** The payload with one part of it changed. */
const within =
  (key: string, more: Json): Change =>
  (payload) => ({ ...payload, [key]: { ...(payload[key] as Json), ...more } })

const everything = {
  push: true,
  pull_request: true,
  merge_group: true,
  workflow_run: true,
  release: true,
}

describe('a repository that is named otherwise now', () => {
  it.each([
    ['was renamed since the first attempt', 'acme/api-renamed'],
    ['was transferred', 'globex/ai-gen-service'],
    ['is spelled in another case', 'Acme/AI-Gen-Service'],
  ])('that %s is no fork of itself', (_, GITHUB_REPOSITORY) => {
    for (const name of ['pull_request', 'workflow_run']) {
      expect(parse(name, undefined, { GITHUB_REPOSITORY }).untrusted).toBeUndefined()
    }
  })

  it('has forks all the same, also where a fork took its old name', () => {
    const stranger = (payload: Json): Json => {
      const request = payload.pull_request as { head: { repo: Json } }
      const repo = { ...request.head.repo, full_name: 'acme/ai-gen-service' }
      return { ...payload, pull_request: { ...request, head: { ...request.head, repo } } }
    }
    expect(parse('pull_request-fork', stranger).untrusted).toBe('no credentials on a fork')
    const fork = () => parse('workflow_run-fork', undefined, { GITHUB_REPOSITORY: 'acme/api-renamed' })
    expect(fork).toThrow(/started by a fork/)
  })

  it('is compared by name, in any case, where the server gives no ids', () => {
    const withoutIds =
      (owner: string): Change =>
      (payload) => {
        const request = payload.pull_request as { head: Json }
        const head = { ...request.head, repo: { full_name: `${owner}/AI-gen-service` } }
        return {
          ...payload,
          repository: { full_name: 'acme/ai-gen-service' },
          pull_request: { ...request, head },
        }
      }
    expect(parse('pull_request', withoutIds('acme')).untrusted).toBeUndefined()
    expect(parse('pull_request', withoutIds('stranger')).untrusted).toBe('no credentials on a fork')
  })
})

describe('what is over, or not yet there, deploys nothing, though deploy.on names it', () => {
  it.each<readonly [string, string, Change, Readonly<Record<string, string>>, RegExp]>([
    [
      'a workflow that failed',
      'workflow_run',
      within('workflow_run', { conclusion: 'failure' }),
      {},
      /^the earlier workflow ended with failure$/,
    ],
    [
      'a workflow that was cancelled',
      'workflow_run',
      within('workflow_run', { conclusion: 'cancelled' }),
      {},
      /ended with cancelled$/,
    ],
    [
      'a workflow that has not begun',
      'workflow_run',
      (payload) => within('workflow_run', { conclusion: null })({ ...payload, action: 'requested' }),
      {},
      /has not ended: this is the action requested$/,
    ],
    [
      'a workflow that is running, with the conclusion of an earlier attempt',
      'workflow_run',
      (payload) => ({ ...payload, action: 'in_progress' }),
      {},
      /has not ended: this is the action in_progress$/,
    ],
    [
      'a pull request that was closed without being merged',
      'pull_request',
      (payload) => within('pull_request', { merged: false })({ ...payload, action: 'closed' }),
      {},
      /^the pull request was closed without being merged$/,
    ],
    [
      'a merge group that was destroyed',
      'merge_group',
      (payload) => ({ ...payload, action: 'destroyed' }),
      {},
      /^the merge group was destroyed$/,
    ],
    [
      'a push of the merge queue',
      'push',
      (same) => same,
      { GITHUB_REF: `refs/heads/gh-readonly-queue/main/pr-7-${'b'.repeat(40)}` },
      /^gh-readonly-queue\/main\/pr-7-b+ is a branch of the merge queue$/,
    ],
    [
      'a branch that was deleted',
      'push',
      (payload) => ({ ...payload, ref: 'refs/heads/old', after: '0'.repeat(40), deleted: true }),
      {},
      /^The push deleted refs\/heads\/old: there is no commit to build\.$/,
    ],
  ])('%s', (_, name, change, env, reason) => {
    const trigger = parse(name, change, env)
    expect(decideDeployment(trigger, everything)).toEqual({
      allowed: false,
      reason: expect.stringMatching(reason) as string,
    })
  })

  it('but a workflow that succeeded does, and a pull request that was merged', () => {
    expect(decideDeployment(parse('workflow_run'), everything)).toEqual({ allowed: true })
    const merged = parse('pull_request', (payload) =>
      within('pull_request', { merged: true })({ ...payload, action: 'closed' }),
    )
    expect(decideDeployment(merged, everything)).toEqual({ allowed: true })
  })
})

describe('a release', () => {
  const release = (action: string) => parse('release', (payload) => ({ ...payload, action }))

  it.each(['published', 'released', 'prereleased'])('that is %s deploys by default', (action) => {
    expect(decideDeployment(release(action))).toEqual({ allowed: true })
    expect(decideDeployment(release(action), { release: true })).toEqual({ allowed: true })
  })

  it.each(['edited', 'created'])('that is %s does not, unless it is named', (action) => {
    const refused = {
      allowed: false,
      reason: `the action ${action} of a release does not deploy: deploy.on.release is published, released, prereleased`,
    }
    expect(decideDeployment(release(action))).toEqual(refused)
    expect(decideDeployment(release(action), { release: true })).toEqual(refused)
    expect(decideDeployment(release(action), { release: ['published', action] })).toEqual({ allowed: true })
  })
})

describe('the name that workflow_run gives', () => {
  it('is of a tag where the earlier run was of a release', () => {
    const trigger = parse('workflow_run', within('workflow_run', { event: 'release', head_branch: 'main' }))
    expect(trigger).toMatchObject({ branch: undefined, tag: 'main', mayBeTag: false })
    expect(decideDeployment(trigger, { workflow_run: ['main'] })).toEqual({
      allowed: false,
      reason: 'the tag main does not deploy: deploy.on.workflow_run is main',
    })
  })

  it('may be of a tag where the earlier run was of a push, and never of a pull request', () => {
    expect(parse('workflow_run')).toMatchObject({ branch: 'main', mayBeTag: true })
    expect(parse('workflow_run-branch')).toMatchObject({ branch: 'faster', mayBeTag: false })
  })
})
