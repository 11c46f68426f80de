import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTrigger } from '../../../src/config/parse-trigger.ts'
import type { Trigger } from '../../../src/config/trigger.ts'
import { settleBranch } from '../../../src/stages/checkout/settle-branch.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import type { Git } from '../../../src/systems/git/git.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { readEvent } from '../../fixtures/events/read-event.ts'
import { type GitServer, startGitServer } from '../../systems/git/git-server.ts'
import { commit, git as run, newRepository } from '../../systems/git/repositories.ts'
import { newFolder } from '../../systems/new-folder.ts'

const signal = new AbortController().signal
const served = newFolder()
let server: GitServer
let git: Git
let workspace: string
/** `first` is tagged `main` and `v1`; the branch main is at `second`. */
let first: string
let second: string

beforeAll(async () => {
  server = await startGitServer(served)
  git = createGit({
    processes: createProcesses({
      clock: systemClock,
      env: process.env,
      holdsSecret: () => false,
      runMark: 't',
    }),
    ...{ clock: { ...systemClock, sleep: () => Promise.resolve() }, serverUrl: server.url },
    ...{ token: undefined, configsToken: undefined },
  })
  const source = newRepository()
  first = commit(source, 'first', { 'a.txt': 'first' })
  run(source, 'tag', '--annotate', '--message=one', 'main')
  run(source, 'tag', 'v1')
  second = commit(source, 'second', { 'a.txt': 'second' })
  run(source, 'branch', 'develop', second)
  run(served, 'clone', '--quiet', '--bare', source, 'service.git')
  workspace = join(newFolder(), 'workspace')
  mkdirSync(workspace)
  run(workspace, 'init', '--quiet')
  run(workspace, 'remote', 'add', 'origin', `${server.url}/service.git`)
})

afterAll(() => server.close())

async function settle(more: Partial<Trigger>) {
  const { env, payload } = readEvent('workflow_run')
  const warnings: string[] = []
  const given = { ...parseTrigger(env, payload), ...more }
  const { branch, tag } = await settleBranch(
    git,
    given,
    workspace,
    signal,
    (text) => void warnings.push(text),
  )
  return { branch, tag, warnings }
}

describe('the branch of an earlier workflow', () => {
  it('is one where the remote has no tag of its name', async () => {
    expect(await settle({ branch: 'develop', commit: first })).toEqual({
      ...{ branch: 'develop', tag: undefined, warnings: [] },
    })
  })

  it('is one where the branch is at the commit, though a tag has the same name', async () => {
    expect(await settle({ branch: 'main', commit: second })).toMatchObject({ branch: 'main', tag: undefined })
  })

  it('is a tag that is called like the branch, when the branch is elsewhere', async () => {
    expect(await settle({ branch: 'main', commit: first })).toMatchObject({ branch: undefined, tag: 'main' })
  })

  it('is a tag where there is no such branch', async () => {
    expect(await settle({ branch: 'v1', commit: first })).toMatchObject({ branch: undefined, tag: 'v1' })
  })

  it('is not asked for where it cannot be a tag, or the run does not deploy anyway', async () => {
    expect(await settle({ branch: 'main', commit: first, mayBeTag: false })).toMatchObject({ branch: 'main' })
    expect(await settle({ branch: 'main', commit: first, untrusted: 'no' })).toMatchObject({ branch: 'main' })
  })

  it('is not known where the remote does not answer, and nothing is guessed', async () => {
    server.failNext(503, 3)
    expect(await settle({ branch: 'main', commit: second })).toEqual({
      branch: undefined,
      tag: undefined,
      warnings: [
        'Whether main is a branch or a tag is not known: the remote of the checkout does not say it.',
      ],
    })
  })
})
