import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseTrigger } from '../../../src/config/parse-trigger.ts'
import type { Trigger } from '../../../src/config/trigger.ts'
import { checkout } from '../../../src/stages/checkout/checkout.ts'
import { placeCommit } from '../../../src/stages/checkout/place-commit.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import type { Git } from '../../../src/systems/git/git.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { readEvent } from '../../fixtures/events/read-event.ts'
import { configOf } from '../../main/config-of.ts'
import { type GitServer, startGitServer } from '../../systems/git/git-server.ts'
import { commit, git as run, newRepository, write } from '../../systems/git/repositories.ts'
import { newFolder } from '../../systems/new-folder.ts'
import { Workshop } from '../commands/run-stage.ts'

const signal = new AbortController().signal
const served = newFolder()
let server: GitServer
let git: Git
let workspace: string
/** base ← head, and the merge of both, as GitHub keeps them of a pull request. */
let commits: Readonly<Record<'base' | 'head' | 'merge', string>>

beforeAll(async () => {
  server = await startGitServer(served)
  git = createGit({
    processes: createProcesses({
      clock: systemClock,
      env: process.env,
      holdsSecret: () => false,
      runMark: 't',
    }),
    ...{ clock: systemClock, serverUrl: server.url, token: undefined, configsToken: undefined },
  })
  const source = newRepository()
  const base = commit(source, 'base', { 'package.json': '{}', 'a.txt': 'base' })
  run(source, 'checkout', '--quiet', '-b', 'stranger')
  const head = commit(source, 'head', { 'a.txt': 'of a stranger' })
  run(source, 'checkout', '--quiet', 'main')
  run(source, 'merge', '--quiet', '--no-ff', '-m', 'merge', 'stranger')
  commits = { base, head, merge: run(source, 'rev-parse', 'HEAD') }
  run(served, 'clone', '--quiet', '--bare', source, 'service.git')
  run(join(served, 'service.git'), 'config', 'uploadpack.allowAnySHA1InWant', 'true')
})

beforeEach(() => {
  workspace = join(newFolder(), 'workspace')
})

afterAll(() => server.close())

/** As `actions/checkout` leaves it: one commit, and the remote. */
function checkOut(which: keyof typeof commits, folder = workspace): void {
  mkdirSync(folder, { recursive: true })
  run(folder, 'init', '--quiet')
  run(folder, 'remote', 'add', 'origin', `${server.url}/service.git`)
  // Not from the server: it is of this process, which waits here.
  run(folder, 'fetch', '--quiet', '--depth=1', `file://${served}/service.git`, commits[which])
  run(folder, 'checkout', '--quiet', '--detach', commits[which])
}

/** The event with the commits of this repository in place of its own. */
function triggerOf(name: string): Trigger {
  const { env, payload } = readEvent(name)
  const trigger = parseTrigger(env, payload)
  const onBase = trigger.foreignCommit !== undefined
  return {
    ...trigger,
    commit: onBase ? commits.base : commits.merge,
    headCommit: onBase ? commits.base : commits.head,
    foreignCommit: onBase ? commits.head : undefined,
  }
}

async function place(trigger: Trigger): Promise<string> {
  const said: string[] = []
  await placeCommit(git, trigger, workspace, signal, (text) => void said.push(text))
  return said.join('\n')
}

const content = (): string => readFileSync(join(workspace, 'a.txt'), 'utf8')

describe.each(['pull_request', 'pull_request-fork', 'pull_request-dependabot'])(
  'the workspace of %s',
  (name) => {
    it('is left as it is where it has the commit of the event', async () => {
      checkOut('merge')
      expect(await place(triggerOf(name))).toBe('')
    })

    it.each(['base', 'head'] as const)(
      'that is at the %s is brought to the commit of the event',
      async (at) => {
        checkOut(at)
        expect(await place(triggerOf(name))).toContain(`Fetched ${commits.merge}`)
        expect(await git.headCommit(workspace)).toBe(commits.merge)
        expect(content()).toBe('of a stranger')
      },
    )
  },
)

describe.each(['pull_request_target', 'pull_request_target-fork', 'pull_request_target-dependabot'])(
  'the workspace of %s',
  (name) => {
    it('is left as it is at the base', async () => {
      checkOut('base')
      expect(await place(triggerOf(name))).toBe('')
      expect(content()).toBe('base')
    })

    it.each(['head', 'merge'] as const)('is refused at the %s, and none of that code is run', async (at) => {
      checkOut(at)
      await expect(place(triggerOf(name))).rejects.toMatchObject({
        code: 'E_EVENT_UNSUPPORTED',
        message: expect.stringContaining('has credentials') as string,
        state: 'None of that code was run.',
      })
      expect(await git.headCommit(workspace)).toBe(commits[at])
    })

    it('is refused before the build where the head is in a folder of it, or its files lie over the base', async () => {
      const workshop = await Workshop.open({})
      try {
        Object.assign(workshop.systems, { git })
        checkOut('base')
        const trigger = triggerOf(name)
        checkOut('head', join(workspace, 'head'))
        const nested = await workshop.run(checkout, configOf({ trigger, workspace: join(workspace, 'head') }))
        expect(nested.error).toMatchObject({
          code: 'E_CHECKOUT_DIRTY',
          state: 'Nothing was built or deployed.',
        })
        write(workspace, { 'a.txt': 'of a stranger' })
        const over = await workshop.run(checkout, configOf({ trigger, workspace }))
        expect(over.error).toMatchObject({ code: 'E_CHECKOUT_DIRTY', evidence: ['a.txt'] })
      } finally {
        await workshop.dispose()
      }
    })
  },
)
