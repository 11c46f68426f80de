import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import type { Git } from '../../../src/systems/git/git.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { newFolder } from '../new-folder.ts'
import { type GitServer, startGitServer } from './git-server.ts'
import { commit, git as run, newRepository, write } from './repositories.ts'

const TOKEN = 'ghs_a-token-of-the-run'
const signal = new AbortController().signal
/** Waits between attempts pass at once. */
const clock = { ...systemClock, sleep: () => Promise.resolve() }

const processes = createProcesses({
  clock: systemClock,
  env: process.env,
  holdsSecret: () => false,
  runMark: 'git-test',
})

const root = newFolder()
let server: GitServer
let git: Git

beforeAll(async () => {
  server = await startGitServer(root, TOKEN)
  git = createGit({
    processes,
    clock,
    serverUrl: server.url,
    token: TOKEN,
    configsToken: undefined,
  })
})

afterAll(() => server.close())

describe('a workspace', () => {
  let workspace: string
  let first: string

  beforeEach(() => {
    workspace = newRepository()
    first = commit(workspace, 'Größe: first — "quoted"', { 'a.txt': 'a\n', 'dir/ü b.txt': 'b\n' })
  })

  test('gives its head commit, tree and description', async () => {
    expect(await git.headCommit(workspace)).toBe(first)
    expect(await git.tree(workspace, first)).toBe(run(workspace, 'rev-parse', 'HEAD^{tree}'))
    expect(await git.describe(workspace, first)).toEqual({
      subject: 'Größe: first — "quoted"',
      author: 'Ada Lovelace',
      committedAt: '2026-01-02T03:04:05+01:00',
    })
    expect(await git.headCommit(join(workspace, 'dir'))).toBe(first)
  })

  test('knows by how much one commit is behind another', async () => {
    const second = commit(workspace, 'second', {})
    run(workspace, 'checkout', '--quiet', '-b', 'other', first)
    const other = commit(workspace, 'other', { 'other.txt': 'other' })
    const third = commit(workspace, 'third', { 'third.txt': 'third' })
    const times = { baseCommittedAt: '2026-01-02T03:04:05+01:00' }
    expect(await git.compareCommits(workspace, first, second)).toEqual({
      ...{ ahead: 1, behind: 0, mergeBase: first, ...times },
    })
    expect(await git.compareCommits(workspace, third, first)).toEqual({
      ...{ ahead: 0, behind: 2, mergeBase: first, ...times },
    })
    expect(await git.compareCommits(workspace, second, third)).toEqual({
      ...{ ahead: 2, behind: 1, mergeBase: first, ...times },
    })
    expect(await git.compareCommits(workspace, other, other)).toMatchObject({ ahead: 0, behind: 0 })
  })

  test('tells commits without a common history apart', async () => {
    const second = commit(workspace, 'second', {})
    run(workspace, 'checkout', '--quiet', '--orphan', 'rewritten')
    const root = commit(workspace, 'from nothing', { 'a.txt': 'a' })
    expect(await git.compareCommits(workspace, second, root)).toMatchObject({
      ...{ ahead: 1, behind: 2, mergeBase: undefined },
    })
  })

  test('does not guess where its history is too short, or lacks a commit', async () => {
    const second = commit(workspace, 'second', {})
    expect(await git.compareCommits(workspace, 'f'.repeat(40), second)).toBeUndefined()
    const shallow = newFolder()
    run(shallow, 'clone', '--quiet', '--depth=1', `file://${workspace}`, 'shallow')
    expect(await git.compareCommits(join(shallow, 'shallow'), first, second)).toBeUndefined()
    expect(await git.compareCommits(join(shallow, 'shallow'), second, second)).toBeUndefined()
  })

  test('that is no repository is said to be none', async () => {
    await expect(git.headCommit(newFolder())).rejects.toMatchObject({
      code: 'E_CHECKOUT_NOT_GIT',
      evidence: [expect.stringContaining('not a git repository')],
    })
  })

  test('that is clean has no changed files, and untracked ones do not count', async () => {
    write(workspace, { 'node_modules/x.js': 'x' })
    expect(await git.changedFiles(workspace)).toEqual([])
  })

  test('names changed, staged and deleted files with their real names', async () => {
    write(workspace, { 'a.txt': 'changed\n' })
    run(workspace, 'rm', '--quiet', 'dir/ü b.txt')
    expect(await git.changedFiles(workspace)).toEqual(['a.txt', 'dir/ü b.txt'])
  })

  test('names at most 20 changed files', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}.txt`, 'x\n']))
    commit(workspace, 'many', files)
    write(workspace, Object.fromEntries(Object.keys(files).map((name) => [name, 'y\n'])))
    expect(await git.changedFiles(workspace)).toHaveLength(20)
  })

  test('lists what is tracked, whatever is ignored, and what is not, whole folders as one', async () => {
    commit(workspace, 'sources', { '.gitignore': 'dist\nignored.js\n', 'src/a.js': 'a', 'ü b.js': 'b' })
    write(workspace, {
      'src/dist/kept.js': 'x',
      'dist/a.js': 'x',
      'dist/deep/b.js': 'x',
      'ignored.js': 'x',
      'src/new.js': 'x',
    })
    run(workspace, 'add', '--force', 'src/dist/kept.js')
    symlinkSync('a.js', join(workspace, 'src/link.js'))
    run(workspace, 'add', 'src/link.js')
    expect(await git.listFiles(workspace)).toEqual({
      tracked: expect.arrayContaining(['src/a.js', 'src/dist/kept.js', 'ü b.js']) as unknown,
      submodules: [],
      untracked: ['dist/', 'ignored.js', 'src/new.js'],
    })
    expect((await git.listFiles(workspace)).tracked).not.toContain('src/link.js')
    const below = await git.listFiles(join(workspace, 'src'))
    expect(below).toEqual({ tracked: ['a.js', 'dist/kept.js'], submodules: [], untracked: ['new.js'] })
  })

  test('tells submodules from files', async () => {
    run(workspace, 'update-index', '--add', '--cacheinfo', `160000,${first},vendor/lib`)
    expect(await git.listFiles(workspace)).toMatchObject({ submodules: ['vendor/lib'] })
  })

  test('lists all the files of a large repository', async () => {
    const blob = run(workspace, 'rev-parse', 'HEAD:a.txt')
    const name = 'x'.repeat(200)
    const input = Array.from({ length: 8000 }, (_, index) => `100644 ${blob}\t${index}-${name}\n`).join('')
    execFileSync('git', ['update-index', '--index-info'], { cwd: workspace, input })
    expect((await git.listFiles(workspace)).tracked).toHaveLength(8002)
  })

  test('says what its commit changed against its first parent, and nothing where that is not there', async () => {
    commit(workspace, 'second', { 'deep/osv-scanner.toml': 'x', 'a.txt': 'other\n', 'deep/b.txt': 'x' })
    const specs = [':(glob)**/osv-scanner.toml', 'semgrep/']
    expect(await git.changedInCommit(workspace, specs)).toEqual(['deep/osv-scanner.toml'])
    expect(await git.changedInCommit(join(workspace, 'deep'), specs)).toEqual(['osv-scanner.toml'])
    const shallow = newFolder()
    run(shallow, 'clone', '--quiet', '--depth=1', `file://${workspace}`, 'shallow')
    expect(await git.changedInCommit(join(shallow, 'shallow'), specs)).toBeUndefined()
  })

  test('is brought to a commit, but never over changes', async () => {
    commit(workspace, 'second', { 'a.txt': 'second\n' })
    write(workspace, { 'a.txt': 'mine\n' })
    await expect(git.checkOut(workspace, first)).rejects.toMatchObject({ code: 'E_CHECKOUT_DIRTY' })
    expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe('mine\n')
    run(workspace, 'checkout', '--quiet', 'a.txt')
    await git.checkOut(workspace, first)
    expect(await git.headCommit(workspace)).toBe(first)
  })

  test('runs none of its hooks, and no file system monitor', async () => {
    commit(workspace, 'second', { 'a.txt': 'second\n' })
    const hook = '#!/bin/sh\ntouch "$(git rev-parse --show-toplevel)/pwned"\n'
    write(workspace, { '.git/hooks/post-checkout': hook, '.git/monitor': hook })
    run(workspace, 'config', 'core.fsmonitor', '.git/monitor')
    for (const file of ['hooks/post-checkout', 'monitor']) chmodSync(join(workspace, '.git', file), 0o755)
    await git.checkOut(workspace, first)
    await git.changedFiles(workspace)
    expect(existsSync(join(workspace, 'pwned'))).toBe(false)
  })

  test('is the one that is meant, whatever GIT_DIR the runner was started with', async () => {
    const other = newRepository()
    commit(other, 'other', { 'o.txt': 'o\n' })
    process.env.GIT_DIR = join(other, '.git')
    try {
      expect(await git.headCommit(workspace)).toBe(first)
    } finally {
      delete process.env.GIT_DIR
    }
  })

  test('knows which commits it has, and fetches another by its SHA with the token of the run', async () => {
    const { url, second } = publish(workspace, 'service.git')
    const clone = newFolder()
    run(clone, 'init', '--quiet')
    run(clone, 'remote', 'add', 'origin', url)
    // What an earlier actions/checkout may have left behind.
    run(clone, 'config', `http.${server.url}/.extraheader`, 'AUTHORIZATION: basic b2xkOm9sZA==')
    expect(await git.hasCommit(clone, second)).toBe(false)
    await git.fetchCommit(clone, second, { signal })
    expect(await git.hasCommit(clone, second)).toBe(true)
    await git.checkOut(clone, second)
    expect(await git.headCommit(clone)).toBe(second)
    expect(readFileSync(join(clone, '.git/config'), 'utf8')).not.toContain(TOKEN)
  })

  test('that lacks a commit which the remote lacks too is told so', async () => {
    const { url } = publish(workspace, 'lacking.git')
    run(workspace, 'remote', 'add', 'origin', url)
    await expect(git.fetchCommit(workspace, 'f'.repeat(40), { signal })).rejects.toMatchObject({
      code: 'E_CHECKOUT_COMMIT_MISSING',
      evidence: [expect.stringContaining('not our ref')],
    })
  })

  test('that is whole stays whole when a commit is fetched', async () => {
    const { url, second } = publish(workspace, 'whole.git')
    run(workspace, 'reset', '--quiet', '--hard', first)
    run(workspace, 'remote', 'add', 'origin', url)
    await git.fetchCommit(workspace, second, { signal })
    expect(run(workspace, 'rev-parse', '--is-shallow-repository')).toBe('false')
  })

  test('refuses what is not a full commit id before Git sees it', async () => {
    await expect(git.hasCommit(workspace, '--upload-pack=touch pwned')).rejects.toThrow(TypeError)
    await expect(git.fetchCommit(workspace, 'main', { signal })).rejects.toThrow(TypeError)
  })
})

describe('the deployment configurations', () => {
  let second: string
  let source: string

  beforeAll(() => {
    mkdirSync(join(root, 'acme'), { recursive: true })
    source = newRepository()
    commit(source, 'first', { 'k8s/app.yaml': 'one\n' })
    run(source, 'tag', '--annotate', '--message=one', 'v1')
    run(source, 'branch', 'feature/deep')
    second = publish(source, 'acme/configs.git').second
  })

  const clone = (ref: string, repository = 'acme/configs.git', folder = newFolder()) =>
    git.cloneAt({ repository, ref, folder, signal })

  test('are checked out at a branch, with nothing of the token in the folder', async () => {
    const folder = join(newFolder(), 'not', 'there')
    expect(await clone('main', undefined, folder)).toEqual({ commit: second })
    expect(readFileSync(join(folder, 'second.txt'), 'utf8')).toBe('second\n')
    expect(run(folder, 'log', '--oneline')).not.toContain('\n')
    expect(readFileSync(join(folder, '.git/config'), 'utf8')).not.toContain('basic')
  })

  test.each([
    ['an annotated tag', 'v1', 'v1^{commit}'],
    ['a branch with a slash', 'feature/deep', 'feature/deep'],
    ['a full name', 'refs/tags/v1', 'v1^{commit}'],
    ['a commit', '', 'main'],
  ])('are checked out at %s', async (_what, ref, expected) => {
    const wanted = run(source, 'rev-parse', expected)
    expect(await clone(ref === '' ? wanted : ref)).toEqual({ commit: wanted })
  })

  test('name the branches that are there when the ref is not', async () => {
    await expect(clone('mian')).rejects.toMatchObject({
      code: 'E_CONFIG_REF_MISSING',
      evidence: ['Branches there: feature/deep, main.'],
    })
  })

  test('refuse a ref that would be an option', async () => {
    await expect(clone('--upload-pack=touch pwned')).rejects.toMatchObject({ code: 'E_CONFIG_REF_MISSING' })
  })

  test.each(['../evil', 'ext::sh -c touch% pwned', 'file:///etc', '/srv/git', 'https://u:p@example.com/x'])(
    'refuse the repository %s',
    async (repository) => {
      await expect(clone('main', repository)).rejects.toMatchObject({ code: 'E_CONFIG_GIT_ACCESS' })
    },
  )

  test('that are not there, or refuse the token, are told apart from a server that is away', async () => {
    await expect(clone('main', 'acme/nothing.git')).rejects.toMatchObject({ code: 'E_CONFIG_GIT_ACCESS' })
    const stranger = createGit({
      processes,
      clock,
      serverUrl: server.url,
      token: TOKEN,
      configsToken: 'another-token',
    })
    const refused = stranger.cloneAt({
      repository: 'acme/configs.git',
      ref: 'main',
      folder: newFolder(),
      signal,
    })
    await expect(refused).rejects.toMatchObject({ code: 'E_CONFIG_GIT_ACCESS' })
    server.failNext(503, 3)
    await expect(clone('main')).rejects.toMatchObject({
      code: 'E_CONFIG_GIT_UNAVAILABLE',
      message: 'acme/configs.git could not be read in 3 attempts.',
      evidence: [expect.stringContaining('503')],
    })
  })

  test('are fetched all the same when the server is away for a moment', async () => {
    server.failNext(502, 2)
    expect(await clone('main')).toEqual({ commit: second })
  })

  test('bring no hook and no submodule that runs', async () => {
    const hostile = newRepository()
    commit(hostile, 'hostile', {
      '.gitmodules':
        '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch pwned"\n\tupdate = !touch pwned\n',
      '.gitattributes': '* filter=evil\n',
      'a.txt': 'a\n',
    })
    publish(hostile, 'acme/hostile.git')
    const folder = newFolder()
    await clone('main', 'acme/hostile.git', folder)
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
    expect(existsSync(join(folder, '.git/hooks'))).toBe(false)
  })
})

/** Adds a commit, and puts the repository where the server serves it. */
function publish(repository: string, name: string): { url: string; second: string } {
  const second = commit(repository, 'second', { 'second.txt': 'second\n' })
  run(root, 'clone', '--quiet', '--bare', repository, name)
  return { url: `${server.url}/${name}`, second }
}
