import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTrigger } from '../../../src/config/parse-trigger.ts'
import { decideDeployment, matchesBranch } from '../../../src/config/resolve/decide-deployment.ts'
import { readEvent } from '../../fixtures/events/read-event.ts'

function decide(event: string, on?: Parameters<typeof decideDeployment>[1]) {
  const { env, payload } = readEvent(event)
  return decideDeployment(parseTrigger(env, payload), on)
}

describe('whether an event may deploy', () => {
  it.each(['push', 'workflow_dispatch', 'release'])('is yes for %s by default', (event) => {
    expect(decide(event)).toEqual({ allowed: true })
  })

  it.each([
    ['push-tag', /^refs\/tags\/v1\.2\.0 does not deploy: deploy\.on\.push is main$/],
    ['pull_request', /^the event pull_request does not deploy: deploy\.on does not name it$/],
    ['merge_group', /does not name it/],
    ['schedule', /does not name it/],
    ['workflow_run', /does not name it/],
    ['repository_dispatch', /does not name it/],
    ['push-dependabot', /^no credentials in a run of Dependabot$/],
    ['pull_request-fork', /^no credentials on a fork$/],
  ])('is no for %s by default, with the reason', (event, reason) => {
    expect(decide(event)).toEqual({ allowed: false, reason: expect.stringMatching(reason) as string })
  })

  it.each([
    'pull_request-fork',
    'pull_request-deleted-fork',
    'pull_request-dependabot',
    'pull_request_target',
  ])('is no for %s whatever deploy.on says, since anybody can start it', (event) => {
    expect(decide(event, { pull_request: true, pull_request_target: true }).allowed).toBe(false)
  })

  it.each([
    ['pull_request', { pull_request: 'main' }, true],
    ['pull_request', { pull_request: ['release/*'] }, false],
    ['merge_group', { merge_group: ['main'] }, true],
    ['workflow_run', { workflow_run: ['develop'] }, false],
    ['workflow_run', { workflow_run: ['main'] }, true],
    ['workflow_run-no-branch', { workflow_run: ['**'] }, false],
    ['workflow_run-no-branch', { workflow_run: true }, true],
    ['workflow_run-dependabot', { workflow_run: true }, false],
    ['workflow_run-dependabot-merged', { workflow_run: ['main'] }, true],
    ['workflow_dispatch', { workflow_dispatch: ['release/*'] }, true],
    ['workflow_dispatch', { workflow_dispatch: false }, false],
    ['push-tag', { push: true }, true],
    ['release', { release: true }, true],
    ['push', {}, false],
  ])('follows the branches of deploy.on for %s with %j', (event, on, allowed) => {
    expect(decide(event, on).allowed).toBe(allowed)
  })
})

describe('a pattern of branches', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'mai', false],
    ['main', 'maint', false],
    ['release/1', 'release/*', true],
    ['release/1/2', 'release/*', false],
    ['release/1/2', 'release/**', true],
    ['release/1/2', '**', true],
    ['release/1', '*', false],
    ['a.b', 'a?b', false],
    ['axb', 'a.b', false],
    ['feature/x-hotfix', 'feature/*-hotfix', true],
    ['', '*', true],
  ])('says of %s and %s: %s', (branch, pattern, fits) => {
    expect(matchesBranch(branch, pattern)).toBe(fits)
  })

  it('agrees with a regular expression on short texts', () => {
    const text = (letters: readonly string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 6 }).map((each) => each.join(''))
    fc.assert(
      fc.property(text(['a', 'b', '/']), text(['a', 'b', '/', '*', '**']), (branch, pattern) => {
        const source = pattern.replaceAll(/\*{2,}|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*'))
        expect(matchesBranch(branch, pattern)).toBe(new RegExp(`^${source}$`).test(branch))
      }),
    )
  })

  it('does not take longer and longer with more stars', () => {
    expect(matchesBranch('a'.repeat(255), '*a'.repeat(127) + 'b')).toBe(false)
  })
})
