import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askGithub } from '../../../../src/main/ask-github.ts'
import { GithubPatience } from '../../../../src/main/github-patience.ts'
import { StagegateError } from '../../../../src/errors/index.ts'
import { refuseOlder } from '../../../../src/stages/deploy/start/refuse-older.ts'
import type { Systems } from '../../../../src/stages/systems.ts'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import { createGit } from '../../../../src/systems/git/create-git.ts'
import type { Cluster } from '../../../../src/systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { createProcesses } from '../../../../src/systems/runner/spawn-processes.ts'
import { configOf } from '../../../main/config-of.ts'
import { newFolder } from '../../../systems/new-folder.ts'
import { git as run, newRepository } from '../../../systems/git/repositories.ts'
import { type GithubServer, startGithubServer } from '../../../systems/github/server.ts'
import { createGithubClient } from '../../../systems/github/subject.ts'

const processes = createProcesses({
  clock: systemClock,
  env: process.env,
  holdsSecret: () => false,
  runMark: 't',
})
const git = createGit({
  ...{
    processes,
    clock: systemClock,
    serverUrl: 'http://127.0.0.1:9',
    token: undefined,
    configsToken: undefined,
  },
})

let workspace: string
let server: GithubServer
/** first ← second ← third, and first ← forced, each made at its own time. */
let commits: Readonly<Record<'first' | 'second' | 'third' | 'forced' | 'unrelated', string>>

beforeAll(async () => {
  workspace = newRepository()
  const first = commitAt('2026-05-01T10:00:00Z', 'first')
  const second = commitAt('2026-05-01T12:00:00Z', 'second')
  const third = commitAt('2026-05-03T14:30:00Z', 'third')
  run(workspace, 'checkout', '--quiet', '-b', 'forced', first)
  const forced = commitAt('2026-05-04T10:00:00Z', 'forced')
  run(workspace, 'checkout', '--quiet', '--orphan', 'unrelated')
  const unrelated = commitAt('2026-05-05T10:00:00Z', 'unrelated')
  run(workspace, 'checkout', '--quiet', 'main')
  commits = { first, second, third, forced, unrelated }
  server = await startGithubServer()
  server.createRepository({ owner: 'acme', name: 'ai-gen-service', gitDir: join(workspace, '.git') })
})

afterAll(() => server.close())

function commitAt(time: string, subject: string): string {
  const env = { ...process.env, GIT_COMMITTER_DATE: time, GIT_AUTHOR_DATE: time }
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  execFileSync('git', [...author, 'commit', '--quiet', '--allow-empty', '-m', subject], {
    cwd: workspace,
    env,
  })
  return run(workspace, 'rev-parse', 'HEAD')
}

interface Judged {
  readonly error: StagegateError | undefined
  readonly log: string
  readonly facts: readonly string[]
}

interface Situation {
  /** Undefined: nothing was deployed before. */
  readonly deployed: string | undefined
  readonly commit: string
  /** Of the deployed commit, as the record has it. */
  readonly committedAt?: string
  readonly allowOlder?: boolean
  /** In place of the whole repository. */
  readonly folder?: string
  /** What the token may do; undefined: there is none. */
  readonly permissions?: Readonly<Record<string, 'read'>>
}

async function judge({
  deployed,
  commit,
  allowOlder = false,
  folder,
  permissions,
  committedAt,
}: Situation): Promise<Judged> {
  const base = configOf()
  const config = { ...base, trigger: { ...base.trigger, commit }, workspace: folder ?? workspace }
  if (!config.deploy.configured) throw new Error('the configuration of the tests deploys')
  const record = {
    commit: deployed,
    committedAt,
    digest: `sha256:${'0'.repeat(64)}`,
    finishedAt: '2026-05-03T15:00:00Z',
    manifests: [],
  }
  const secret = { data: { record: gzipSync(JSON.stringify(record)).toString('base64') } }
  const cluster = {
    get: () => Promise.resolve(deployed === undefined ? undefined : (secret as unknown as KubernetesObject)),
  } as unknown as Cluster
  const github =
    permissions === undefined
      ? undefined
      : createGithubClient(server, server.mintToken({ repository: 'acme/ai-gen-service', permissions }).value)
  const systems = {
    git,
    github: askGithub(github, undefined, config, new GithubPatience(systemClock)),
  } as unknown as Systems
  const lines: string[] = []
  const facts: string[] = []
  const say = (text: string): void => void lines.push(text)
  const step = {
    signal: new AbortController().signal,
    log: { info: say, warn: (text: string) => void lines.push(`warning: ${text}`), child: () => undefined },
    fact: (name: string, value: string) => void facts.push(`${name}: ${value}`),
    keep: () => undefined,
  }
  const settings = { ...config.deploy, allowOlder }
  const error = await refuseOlder({ config, settings, systems, cluster }, step).then(
    () => undefined,
    (thrown: unknown) => {
      if (thrown instanceof StagegateError) return thrown
      throw thrown
    },
  )
  return { error, log: lines.join('\n'), facts }
}

function shallowAt(commit: string): string {
  const folder = newFolder()
  run(folder, 'init', '--quiet', 'checkout')
  const checkout = join(folder, 'checkout')
  run(workspace, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  run(checkout, 'fetch', '--quiet', '--depth=1', `file://${workspace}`, commit)
  run(checkout, 'checkout', '--quiet', '--detach', 'FETCH_HEAD')
  return checkout
}

const short = (commit: string): string => commit.slice(0, 12)

describe.each([
  ['by the history of a whole checkout', () => ({})],
  [
    'by GitHub where the checkout is shallow',
    (commit: string) => ({ folder: shallowAt(commit), permissions: { contents: 'read' } as const }),
  ],
])('a commit is judged %s', (_, where) => {
  it('that is newer than the deployed one: it is deployed, and said', async () => {
    const { first, third } = commits
    const { error, log, facts } = await judge({ deployed: first, commit: third, ...where(third) })
    expect(error).toBeUndefined()
    expect(log).toBe(`Deployed is ${short(first)}; this is 2 commits newer.`)
    expect(facts).toEqual([])
  })

  it('that is older: it is refused, with the deployed commit, by how much, and the input', async () => {
    const { first, third } = commits
    const { error } = await judge({ deployed: third, commit: first, ...where(first) })
    expect(error?.code).toBe('E_OLDER_COMMIT')
    expect(error?.message).toBe(`Deployed is ${short(third)}; ${short(first)} is 2 commits (2 d 4 h) older.`)
    expect(error?.evidence[0]).toMatch(
      new RegExp(`^deployed: ${third}, committed 2026-05-03T14:30:00(Z|\\+00:00), deployment finished `),
    )
    expect(error?.next).toContain('allow-older')
    expect(error?.state).toBe('Nothing was deployed.')
  })

  it('that is older, with allow-older: it is deployed, and says by how much', async () => {
    const { second, third } = commits
    const { error, log, facts } = await judge({
      ...{ deployed: third, commit: second, allowOlder: true },
      ...where(second),
    })
    expect(error).toBeUndefined()
    expect(log).toBe(
      `warning: Deploying ${short(second)}, which is 1 commit (2 d 2 h) older than the deployed ${short(third)}: allow-older is set.`,
    )
    expect(facts).toEqual([`older than deployed: 1 commit (2 d 2 h) older than ${short(third)}`])
  })

  it('that is of another history: it is deployed, and told as such', async () => {
    const { first, third, forced } = commits
    const { error, log, facts } = await judge({ deployed: third, commit: forced, ...where(forced) })
    expect(error).toBeUndefined()
    expect(log).toContain(`deployed is ${short(third)}, which has 2 commits that ${short(forced)} lacks`)
    expect(log).toContain(`lacks 1 commit that it has; the newest that both have is ${short(first)}`)
    expect(facts).toEqual([`diverged from deployed: ${short(third)} has 2 commits that this one lacks`])
  })
})

describe('a commit whose history is not known', () => {
  const away = async (situation: Pick<Situation, 'deployed' | 'commit' | 'allowOlder' | 'committedAt'>) => {
    server.inject({ fault: '503', times: 'forever' })
    try {
      const folder = shallowAt(situation.commit)
      return await judge({ ...situation, folder, permissions: { contents: 'read' } })
    } finally {
      server.faults.clear()
    }
  }

  it('is refused when it was committed before the deployed one and GitHub does not answer', async () => {
    const { first, third } = commits
    const { error } = await away({ deployed: third, commit: first, committedAt: '2026-05-03T14:30:00Z' })
    expect(error?.code).toBe('E_OLDER_COMMIT')
    expect(error?.message).toMatch(/is not known: .*503.*, and it was committed 2 d 4 h earlier\.$/)
    expect(error?.next).toMatch(/Rerun when GitHub answers.*allow-older/)
  })

  it('is refused by its time too where there is no token to ask GitHub with', async () => {
    const { first, third } = commits
    const { error } = await judge({
      ...{ deployed: third, commit: first, folder: shallowAt(first), committedAt: '2026-05-03T14:30:00Z' },
    })
    expect(error?.message).toMatch(/fetch-depth: 0 makes it whole.*, and it was committed 2 d 4 h earlier/)
  })

  it.each([
    ['with allow-older', 'first', { allowOlder: true, committedAt: '2026-05-03T14:30:00Z' }],
    ['when it was committed later', 'third', { committedAt: '2026-05-01T10:00:00Z' }],
    ['at the same time', 'first', { committedAt: '2026-05-01T10:00:00+00:00' }],
    ['when the record has no time', 'first', {}],
  ] as const)('is deployed with a warning %s: GitHub being away changes no result', async (_, name, more) => {
    const { error, log } = await away({ deployed: commits.second, commit: commits[name], ...more })
    expect(error).toBeUndefined()
    expect(log).toMatch(/^warning: .* is not known: The commits cannot be compared: .*503/)
  })

  it.each([
    ['GitHub has no longer', () => 'f'.repeat(40)],
    ['shares no history with it', () => commits.unrelated],
  ])('is deployed with a warning when the deployed one %s', async (_, deployed) => {
    const { third } = commits
    const { error, log } = await judge({
      ...{ deployed: deployed(), commit: third, folder: shallowAt(third) },
      ...{ permissions: { contents: 'read' }, committedAt: '2026-06-01T10:00:00Z' },
    })
    expect(error).toBeUndefined()
    expect(log).toMatch(/^warning: The history was changed since the last deployment: GitHub no longer has/)
  })
})

describe('a first deployment, and the same commit again', () => {
  it.each([
    ['nothing is deployed', undefined],
    ['it is deployed', 'first'],
  ] as const)('are not compared with anything when %s', async (_, name) => {
    const deployed = name === undefined ? undefined : commits[name]
    expect(await judge({ deployed, commit: commits.first })).toEqual({ error: undefined, log: '', facts: [] })
  })
})
