import { mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkout } from '../../../src/stages/checkout/checkout.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import { explainMissingFilter } from '../../../src/systems/git/git-failure.ts'
import type { Git } from '../../../src/systems/git/git.ts'
import { configOf } from '../../main/config-of.ts'
import { commit, git as run, newRepository, write } from '../../systems/git/repositories.ts'
import { newFolder } from '../../systems/new-folder.ts'
import { Workshop } from '../commands/run-stage.ts'

const pointer = (digit: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${digit.repeat(64)}\nsize 48213\n`

let workshop: Workshop
let git: Git
let workspace: string

beforeAll(async () => {
  // A PATH on which git-lfs is not, and a user without settings of it.
  workshop = await Workshop.open({}, { ...process.env, HOME: newFolder(), PATH: '/usr/bin:/bin' })
  const { processes } = workshop.systems
  git = createGit({
    ...{ processes, clock: systemClock, serverUrl: 'http://127.0.0.1:9' },
    ...{ token: undefined, configsToken: undefined },
  })
  Object.assign(workshop.systems, { git })
})
beforeEach(() => {
  workspace = newRepository()
})
afterAll(() => workshop.dispose())

function check(head: string, folder = workspace) {
  const { trigger } = configOf()
  return workshop.run(checkout, configOf({ workspace: folder, trigger: { ...trigger, commit: head } }))
}

describe('a checkout with pointers of Git LFS', () => {
  it('is warned of, with the names of the files', async () => {
    const head = commit(workspace, 'models', {
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'models/ü a.bin': pointer('a'),
      'models/b.bin': pointer('b'),
      'models/real.bin': 'the content itself',
      // Speaks of pointers, and is none: no attribute gives it to Git LFS.
      'docs/lfs.txt': pointer('c'),
    })
    const { error, log } = await check(head)
    expect(error).toBeUndefined()
    expect(log.get('verify')).toContain(
      '2 tracked files hold a pointer of Git LFS in place of the content, and would be built so: models/b.bin, models/ü a.bin. Give actions/checkout lfs: true.',
    )
  })

  it('is looked at from the folder of the service', async () => {
    const head = commit(workspace, 'two services', {
      '.gitattributes': '*.bin filter=lfs\n',
      'services/api/model.bin': pointer('a'),
      'services/worker/main.js': '1',
    })
    mkdirSync(join(workspace, 'services/worker'), { recursive: true })
    const of = async (folder: string) => (await check(head, join(workspace, folder))).log.get('verify')
    expect(await of('services/api')).toContain('would be built so: model.bin.')
    expect(await of('services/worker')).not.toContain('Git LFS')
  })

  it('names ten files, and counts the others', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 13 }, (_, index) => [`m${index + 10}.bin`, pointer('a')]),
    )
    const head = commit(workspace, 'many', { '.gitattributes': '*.bin filter=lfs\n', ...files })
    expect((await check(head)).log.get('verify')).toMatch(
      /13 tracked files .*: m10\.bin, .*m19\.bin and 3 more\./,
    )
  })
})

describe('a checkout whose files Git reads by a program that is not there', () => {
  it.each([
    ['process', 'git-lfs filter-process'],
    ['clean', 'git-lfs clean -- %f'],
  ])('says which program is missing: filter.lfs.%s', async (key, command) => {
    const head = commit(workspace, 'first', {
      '.gitattributes': '*.bin filter=lfs\n',
      'model.bin': pointer('a'),
    })
    run(workspace, 'config', `filter.lfs.${key}`, command)
    run(workspace, 'config', 'filter.lfs.required', 'true')
    // Git asks the filter only where the file may have changed.
    utimesSync(join(workspace, 'model.bin'), 1, 1)
    const { error } = await check(head)
    expect(error).toMatchObject({
      code: 'E_TOOL_MISSING',
      message: expect.stringMatching(/^git-lfs is not on the PATH, and Git needs it/) as string,
      next: expect.stringContaining('Install git-lfs') as string,
    })
    expect(error?.evidence.join('\n')).toMatch(/git-lfs: (?:command )?not found/)
  })

  it('says so as well where the commit itself is brought into the workspace', async () => {
    const first = commit(workspace, 'first', {
      '.gitattributes': '*.bin filter=lfs\n',
      'm.bin': pointer('a'),
    })
    commit(workspace, 'second', { 'm.bin': pointer('b') })
    run(workspace, 'config', 'filter.lfs.clean', 'cat')
    run(workspace, 'config', 'filter.lfs.smudge', 'git-lfs smudge -- %f')
    run(workspace, 'config', 'filter.lfs.required', 'true')
    await expect(git.checkOut(workspace, first)).rejects.toMatchObject({ code: 'E_TOOL_MISSING' })
  })

  it('and blames no program where another failure is all there is', () => {
    expect(explainMissingFilter('fatal: the remote end hung up unexpectedly')).toBeUndefined()
    expect(
      explainMissingFilter("remote: Repository not found.\nfatal: repository 'x' not found"),
    ).toBeUndefined()
  })

  it('is dirty, and nothing else, where a tracked file was changed', async () => {
    const head = commit(workspace, 'first', { 'a.txt': 'a' })
    write(workspace, { 'a.txt': 'b' })
    expect((await check(head)).error).toMatchObject({ code: 'E_CHECKOUT_DIRTY', evidence: ['a.txt'] })
  })
})
