import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTrigger } from '../../src/config/parse-trigger.ts'
import { StagegateError } from '../../src/errors/index.ts'
import { readEvent } from '../fixtures/events/read-event.ts'

const sha = (digit: string): string => digit.repeat(40)

function parse(name: string, changes: Readonly<Record<string, string | undefined>> = {}) {
  const { env, payload } = readEvent(name)
  return parseTrigger({ ...env, ...changes }, payload)
}

function refusal(run: () => unknown): StagegateError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof StagegateError) return thrown
    throw thrown
  }
  throw new Error('nothing was refused')
}

describe('a trigger', () => {
  it.each([
    [
      'push',
      { commit: sha('a'), headCommit: sha('a'), branch: 'main', tag: undefined, untrusted: undefined },
    ],
    ['push-tag', { commit: sha('a'), branch: undefined, tag: 'v1.2.0' }],
    ['push-dependabot', { untrusted: 'no credentials in a run of Dependabot' }],
    [
      'pull_request',
      {
        commit: sha('c'),
        headCommit: sha('e'),
        branch: undefined,
        pullRequest: { number: 7, baseBranch: 'main' },
        untrusted: undefined,
      },
    ],
    ['pull_request-fork', { headCommit: sha('e'), untrusted: 'no credentials on a fork' }],
    ['pull_request-deleted-fork', { untrusted: 'no credentials on a fork' }],
    ['pull_request-dependabot', { untrusted: 'no credentials in a run of Dependabot' }],
    ['merge_group', { commit: sha('f'), headCommit: sha('f'), branch: 'main' }],
    ['workflow_dispatch', { commit: sha('a'), branch: 'release/1.1' }],
    ['repository_dispatch', { commit: sha('a'), branch: 'main' }],
    ['workflow_run', { commit: sha('8'), headCommit: sha('8'), branch: 'main', untrusted: undefined }],
    ['schedule', { commit: sha('a'), branch: 'main' }],
    ['release', { commit: sha('a'), tag: 'v1.2.0', branch: undefined }],
    ['push-deleted', { nothingToDo: 'The push deleted refs/heads/old: there is no commit to build.' }],
  ])('of the event %s says which commit, branch and tag it is about', (name, expected) => {
    expect(parse(name)).toMatchObject({ event: name.split('-')[0], foreignCommit: undefined, ...expected })
  })

  it('of pull_request_target keeps to the base, trusts nobody, and names the commit that must not be checked out', () => {
    const trigger = parse('pull_request_target')
    expect(trigger).toMatchObject({ commit: sha('a'), headCommit: sha('a'), foreignCommit: sha('e') })
    expect(trigger.untrusted).toContain('pull_request_target')
  })

  it('names the page of its own attempt', () => {
    expect(parse('push', { GITHUB_RUN_ATTEMPT: '3' }).run).toEqual({
      id: '16012345678',
      attempt: 3,
      number: 42,
      workflow: 'staging',
      job: 'staging',
      actor: 'mona',
      url: 'https://github.com/acme/ai-gen-service/actions/runs/16012345678/attempts/3',
    })
  })

  it('keeps to the server of GitHub Enterprise', () => {
    const { run } = parse('push', { GITHUB_SERVER_URL: 'https://github.example.com/' })
    expect(run.url).toMatch(/^https:\/\/github\.example\.com\/acme\//)
  })

  it.each([
    ['the run of a workflow that a fork started', 'workflow_run-fork', /fork/],
    ['a release that was deleted', 'release-deleted', /release v1\.2\.0 was deleted/],
  ])('is refused for %s', (_, name, message) => {
    const error = refusal(() => parse(name))
    expect(error.code).toBe('E_EVENT_UNSUPPORTED')
    expect(error.message).toMatch(message)
  })

  it.each(['issue_comment', 'constructor', '__proto__'])(
    'is refused for the event %s, naming those that are supported',
    (name) => {
      const error = refusal(() => parse('push', { GITHUB_EVENT_NAME: name }))
      expect(error.message).toMatch(/push, pull_request,/)
    },
  )

  it('names every variable of the runner that is missing or makes no sense, at once', () => {
    const error = refusal(() =>
      parse('push', { GITHUB_SHA: undefined, GITHUB_REF: 'main', GITHUB_RUN_ID: '' }),
    )
    expect(error.code).toBe('E_EVENT_UNSUPPORTED')
    expect(error.evidence.map((line) => line.split(' ')[0])).toEqual([
      'GITHUB_SHA',
      'GITHUB_REF',
      'GITHUB_RUN_ID',
    ])
  })

  it('never takes a payload for more than it is: it is parsed, or refused with a code', () => {
    const events = ['push', 'pull_request', 'pull_request_target', 'merge_group', 'workflow_run', 'release']
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.json(), (name, json) => {
        const { env } = readEvent(name)
        try {
          expect(parseTrigger(env, JSON.parse(json)).commit).toMatch(/^[0-9a-f]{40}$/)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'E_EVENT_UNSUPPORTED' })
        }
      }),
    )
  })
})
