import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseTrigger } from '../../src/config/parse-trigger.ts'
import { decideDeployment } from '../../src/config/resolve/decide-deployment.ts'
import { StagegateError } from '../../src/errors/index.ts'
import { GithubWriter } from '../../src/main/github-writer.ts'
import { subjectOf } from '../../src/main/ledger/subject.ts'
import { events } from '../fixtures/events/events.ts'
import { readEvent } from '../fixtures/events/read-event.ts'
import { type GithubServer, startGithubServer } from '../systems/github/server.ts'
import { createFakeClock } from '../systems/fake-clock.ts'
import { createGithubClient, pipelinePermissions } from '../systems/github/subject.ts'
import { configOf } from './config-of.ts'

const never = new AbortController().signal
const sha = (digit: string): string => digit.repeat(40)

interface Expected {
  /** What is built, when it is not GITHUB_SHA's commit a…a. */
  readonly commit?: string
  /** Where statuses and checks go. */
  readonly head: string
  /** Whether it may deploy with the default of `deploy.on`, and so whether a commit status is written; or why not. */
  readonly deploys: true | RegExp
  /** The same where `deploy.on` names the event. */
  readonly named: true | RegExp
  readonly attempt?: number
}

const fork = /^no credentials on a fork$/
const bot = /^no credentials in a run of Dependabot$/
const target = /^pull_request_target runs on behalf of whoever opened the pull request$/
const deleted = /^The push deleted refs\/heads\/old: there is no commit to build\.$/
const notNamed = /^the event \w+ does not deploy: deploy\.on does not name it$/

/** Every event that is supported, from every kind of origin. Refused ones have the message in place of the rest. */
const table: Readonly<Record<keyof typeof events, Expected | RegExp>> = {
  push: { head: sha('a'), deploys: true, named: true },
  'push-branch': { head: sha('a'), deploys: /^the branch feature\/faster does not deploy/, named: true },
  'push-tag': { head: sha('a'), deploys: /^refs\/tags\/v1\.2\.0 does not deploy/, named: true },
  'push-deleted': { head: sha('a'), deploys: deleted, named: deleted },
  'push-dependabot': { head: sha('a'), deploys: bot, named: bot },
  'push-rerun': { head: sha('a'), deploys: true, named: true, attempt: 3 },
  'push-in-fork': { head: sha('a'), deploys: true, named: true },
  pull_request: { commit: sha('c'), head: sha('e'), deploys: notNamed, named: true },
  'pull_request-synchronize': { commit: sha('c'), head: sha('e'), deploys: notNamed, named: true },
  'pull_request-fork': { commit: sha('c'), head: sha('e'), deploys: fork, named: fork },
  'pull_request-deleted-fork': { commit: sha('c'), head: sha('e'), deploys: fork, named: fork },
  'pull_request-dependabot': { commit: sha('c'), head: sha('e'), deploys: bot, named: bot },
  'pull_request-dependabot-rerun': { commit: sha('c'), head: sha('e'), deploys: bot, named: bot, attempt: 2 },
  pull_request_target: { head: sha('a'), deploys: target, named: target },
  'pull_request_target-fork': { head: sha('a'), deploys: target, named: target },
  'pull_request_target-dependabot': { head: sha('a'), deploys: target, named: target },
  merge_group: { commit: sha('f'), head: sha('f'), deploys: notNamed, named: true },
  workflow_dispatch: { head: sha('a'), deploys: true, named: true },
  'workflow_dispatch-tag': { head: sha('a'), deploys: true, named: true },
  repository_dispatch: { head: sha('a'), deploys: notNamed, named: true },
  schedule: { head: sha('a'), deploys: notNamed, named: true },
  release: { head: sha('a'), deploys: true, named: true },
  'release-deleted': /The release v1\.2\.0 was deleted/,
  workflow_run: { commit: sha('8'), head: sha('8'), deploys: notNamed, named: true },
  'workflow_run-branch': { commit: sha('8'), head: sha('8'), deploys: notNamed, named: true },
  'workflow_run-no-branch': { commit: sha('8'), head: sha('8'), deploys: notNamed, named: true },
  'workflow_run-fork': /The workflow_run was started by a fork/,
  'workflow_run-dependabot': {
    ...{ commit: sha('8'), head: sha('8') },
    ...{ deploys: /^nobody has merged this change of Dependabot$/, named: /^nobody has merged/ },
  },
  'workflow_run-dependabot-merged': { commit: sha('8'), head: sha('8'), deploys: notNamed, named: true },
}

const rows = Object.entries<Expected | RegExp>(table)
const supported = rows.flatMap(([name, row]): [string, Expected][] =>
  row instanceof RegExp ? [] : [[name, row]],
)
const refused = rows.flatMap(([name, row]): [string, RegExp][] =>
  row instanceof RegExp ? [[name, row]] : [],
)

let server: GithubServer

beforeAll(async () => {
  server = await startGithubServer()
})
afterEach(() => {
  expect(server.state.violations).toEqual([])
})
afterAll(() => server.close())

describe('a run of the event', () => {
  it.each(supported)('%s is for one commit, and its statuses go to one head', (name, { commit, head }) => {
    const { env, payload } = readEvent(name)
    expect(parseTrigger(env, payload)).toMatchObject({ commit: commit ?? sha('a'), headCommit: head })
  })

  it.each(supported)('%s may deploy by default, or says why not', (name, { deploys }) => {
    const { env, payload } = readEvent(name)
    const decision = decideDeployment(parseTrigger(env, payload))
    if (deploys === true) expect(decision).toEqual({ allowed: true })
    else expect(decision).toEqual({ allowed: false, reason: expect.stringMatching(deploys) as string })
  })

  it.each(supported)('%s that deploy.on names may deploy, but never without trust', (name, { named }) => {
    const { env, payload } = readEvent(name)
    const decision = decideDeployment(parseTrigger(env, payload), { [env.GITHUB_EVENT_NAME ?? '']: true })
    if (named === true) expect(decision).toEqual({ allowed: true })
    else expect(decision).toEqual({ allowed: false, reason: expect.stringMatching(named) as string })
  })

  it.each(supported)(
    '%s writes a commit status exactly where it may deploy, on its head, with a link to its attempt',
    async (name, { head, deploys, attempt = 1 }) => {
      const { env, payload } = readEvent(name)
      const trigger = parseTrigger(env, payload)
      const [owner = '', repository = ''] = trigger.repository.split('/')
      server.reset()
      server.createRepository({ owner, name: repository })
      const token = server.mintToken({ repository: trigger.repository, permissions: pipelinePermissions })
      const config = configOf({ trigger, mayDeploy: decideDeployment(trigger).allowed })
      const writer = new GithubWriter(
        createGithubClient(server, token.value, undefined, undefined, trigger.repository),
        config,
        {
          ledger: {
            subject: subjectOf(config, sha('d')),
            writer: {
              run: '77',
              attempt: 2,
              workflow: '.github/workflows/staging.yml',
              job: 'staging',
              runner: '',
            },
            tools: { of: () => Promise.resolve({ platform: 'linux/x64' }) },
          },
          clock: createFakeClock(),
          output: { annotate: () => undefined },
          signal: never,
          redact: (text) => text,
        },
      )
      writer.setStatus('pending', 'The run has started.')
      expect(await writer.finish(never)).toEqual([])
      const written = server.state.repositories[0]?.statuses.map(({ sha: on, state, targetUrl }) => ({
        on,
        state,
        targetUrl,
      }))
      const url = `https://github.com/${trigger.repository}/actions/runs/16012345678/attempts/${attempt}`
      expect(written).toEqual(deploys === true ? [{ on: head, state: 'pending', targetUrl: url }] : [])
    },
  )

  it.each(refused)('%s is refused', (name, message) => {
    const { env, payload } = readEvent(name)
    const parse = (): unknown => parseTrigger(env, payload)
    expect(parse).toThrow(StagegateError)
    expect(parse).toThrow(message)
  })
})
