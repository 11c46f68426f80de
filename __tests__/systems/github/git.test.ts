import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOctokit } from './create-octokit.ts'
import { createGitFixture, type GitFixture } from './git-fixture.ts'
import { type GithubServer, startGithubServer } from './server.ts'

const repo = { owner: 'acme', repo: 'ai-gen-service' }

describe('the GitHub server, asked about what is in Git', () => {
  let server: GithubServer
  let git: GitFixture
  let octokit: Octokit
  let first: string
  let second: string
  let topic: string

  beforeAll(async () => {
    git = createGitFixture()
    first = git.commit('first\n\nwith a body', { 'README.md': '# hello\n', 'src/ü name.ts': 'a\nb\n' })
    git.git('tag', '--annotate', '--message=one', 'v1.0.0')
    second = git.commit('second', {
      'src/ü name.ts': null,
      'src/moved.ts': 'a\nb\n',
      link: { link: 'README.md' },
    })
    git.git('switch', '--quiet', '--create', 'feature/x', first)
    topic = git.commit('topic', { 'image.bin': 'a\0b' })
    server = await startGithubServer()
    server.createRepository({ owner: 'acme', name: 'ai-gen-service', gitDir: git.gitDir })
    octokit = createOctokit(server, {
      permissions: { contents: 'read', checks: 'write', 'pull-requests': 'write' },
    })
  })

  afterAll(async () => {
    await server.close()
    git.remove()
  })

  test('finds a commit by SHA, short SHA, branch, branch with a slash, and annotated tag', async () => {
    const shaOf = async (ref: string) => (await octokit.rest.repos.getCommit({ ...repo, ref })).data.sha
    expect(await Promise.all([first, first.slice(0, 8), 'main', 'feature/x', 'v1.0.0'].map(shaOf))).toEqual([
      first,
      first,
      second,
      topic,
      first,
    ])
    await expect(shaOf('main~1')).rejects.toMatchObject({ status: 404 })
    await expect(shaOf('--all')).rejects.toMatchObject({ status: 404 })
  })

  test('shows a commit with its files, a rename and a binary file among them', async () => {
    const { data } = await octokit.rest.repos.getCommit({ ...repo, ref: second })
    expect(data.commit).toMatchObject({
      message: 'second',
      author: { name: 'Ada', email: 'ada@example.com' },
    })
    expect(data.parents.map(({ sha }) => sha)).toEqual([first])
    expect(data.files).toMatchObject([
      { filename: 'link', status: 'added', additions: 1 },
      { filename: 'src/moved.ts', previous_filename: 'src/ü name.ts', status: 'renamed', changes: 0 },
    ])
    const binary = await octokit.rest.repos.getCommit({ ...repo, ref: topic })
    expect(binary.data.files).toMatchObject([{ filename: 'image.bin', additions: 0, deletions: 0 }])
  })

  test('compares branches that diverged, and the other way round', async () => {
    const compare = async (basehead: string) =>
      (await octokit.rest.repos.compareCommitsWithBasehead({ ...repo, basehead })).data
    const diverged = await compare('main...feature/x')
    expect(diverged).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 1, total_commits: 1 })
    expect(diverged.merge_base_commit.sha).toBe(first)
    expect(diverged.files?.map(({ filename }) => filename)).toEqual(['image.bin'])
    expect((await compare(`${second}...${first}`)).status).toBe('behind')
    expect((await compare(`${first}...acme:main`)).status).toBe('ahead')
    expect((await compare('main...main')).status).toBe('identical')
  })

  test('lists commits of a path, by page', async () => {
    const all = await octokit.paginate(octokit.rest.repos.listCommits, { ...repo, per_page: 1 })
    expect(all.map(({ sha }) => sha)).toEqual([second, first])
    const { data } = await octokit.rest.repos.listCommits({ ...repo, path: 'README.md' })
    expect(data.map(({ sha }) => sha)).toEqual([first])
  })

  test('reads a file, a folder, a link and raw bytes', async () => {
    const read = async (path: string, ref = 'main') =>
      (await octokit.rest.repos.getContent({ ...repo, path, ref })).data
    const file = (await read('src/ü name.ts', first)) as { content: string; size: number }
    expect(Buffer.from(file.content, 'base64').toString()).toBe('a\nb\n')
    expect(await read('')).toMatchObject([
      { name: 'README.md' },
      { type: 'symlink' },
      { name: 'src', type: 'dir' },
    ])
    expect(await read('link')).toMatchObject({ type: 'symlink', target: 'README.md' })
    const raw = await octokit.rest.repos.getContent({
      ...repo,
      path: 'README.md',
      mediaType: { format: 'raw' },
    })
    expect(raw.data).toBe('# hello\n')
    await expect(read('missing')).rejects.toMatchObject({ status: 404 })
    await expect(read('../../etc/passwd')).rejects.toMatchObject({ status: 404 })
  })

  test('reads refs, trees, commits and blobs', async () => {
    const ref = await octokit.rest.git.getRef({ ...repo, ref: 'heads/feature/x' })
    expect(ref.data.object).toMatchObject({ sha: topic, type: 'commit' })
    const tag = await octokit.rest.git.getRef({ ...repo, ref: 'tags/v1.0.0' })
    expect(tag.data.object.type).toBe('tag')
    await expect(octokit.rest.git.getRef({ ...repo, ref: 'heads/feature' })).rejects.toMatchObject({
      status: 404,
    })
    const matching = await octokit.rest.git.listMatchingRefs({ ...repo, ref: 'heads/' })
    expect(matching.data.map((found) => found.ref)).toEqual(['refs/heads/feature/x', 'refs/heads/main'])
    const commit = await octokit.rest.git.getCommit({ ...repo, commit_sha: first })
    expect(commit.data.message).toBe('first\n\nwith a body')
    const tree = await octokit.rest.git.getTree({ ...repo, tree_sha: commit.data.tree.sha, recursive: '1' })
    expect(tree.data.tree.map(({ path, type }) => [path, type])).toEqual([
      ['README.md', 'blob'],
      ['src', 'tree'],
      ['src/ü name.ts', 'blob'],
    ])
    const blob = await octokit.rest.git.getBlob({ ...repo, file_sha: tree.data.tree[0]!.sha })
    expect(Buffer.from(blob.data.content, 'base64').toString()).toBe('# hello\n')
  })

  test('lists branches, and shows one', async () => {
    const branches = await octokit.rest.repos.listBranches(repo)
    expect(branches.data.map(({ name, commit }) => [name, commit.sha])).toEqual([
      ['feature/x', topic],
      ['main', second],
    ])
    const branch = await octokit.rest.repos.getBranch({ ...repo, branch: 'feature/x' })
    expect(branch.data.commit.sha).toBe(topic)
  })

  test('gives a commit as its SHA or as a patch', async () => {
    const read = async (format: string) =>
      (await octokit.rest.repos.getCommit({ ...repo, ref: 'main', mediaType: { format } })).data as unknown
    expect(await read('sha')).toBe(second)
    expect(await read('diff')).toContain('rename to src/moved.ts')
  })

  test('puts a check run only on a commit that exists', async () => {
    const create = (head_sha: string) => octokit.rest.checks.create({ ...repo, name: 'build', head_sha })
    await expect(create('f'.repeat(40))).rejects.toMatchObject({ status: 422 })
    expect((await create(second)).data.head_sha).toBe(second)
  })

  test('shows a pull request with its files, commits and comments', async () => {
    const pull = { number: 7, head: { ref: 'feature/x', sha: topic }, base: { ref: 'main', sha: second } }
    server.seed('acme/ai-gen-service', 'pulls', pull)
    const { data } = await octokit.rest.pulls.get({ ...repo, pull_number: 7 })
    expect(data).toMatchObject({ number: 7, head: { sha: topic }, changed_files: 1, commits: 1 })
    const files = await octokit.rest.pulls.listFiles({ ...repo, pull_number: 7 })
    expect(files.data.map(({ filename }) => filename)).toEqual(['image.bin'])
    const commits = await octokit.rest.pulls.listCommits({ ...repo, pull_number: 7 })
    expect(commits.data.map(({ sha }) => sha)).toEqual([topic])
    const open = await octokit.rest.pulls.list({ ...repo, head: 'acme:feature/x' })
    expect(open.data.map(({ number }) => number)).toEqual([7])
    expect((await octokit.rest.pulls.list({ ...repo, state: 'closed' })).data).toEqual([])
    const found = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
      ...repo,
      commit_sha: topic,
    })
    expect(found.data.map(({ number }) => number)).toEqual([7])

    const comment = await octokit.rest.issues.createComment({ ...repo, issue_number: 7, body: 'one' })
    const comment_id = comment.data.id
    await octokit.rest.issues.updateComment({ ...repo, comment_id, body: 'two' })
    const listed = await octokit.rest.issues.listComments({ ...repo, issue_number: 7 })
    expect(listed.data).toMatchObject([
      { id: comment_id, body: 'two', user: { login: 'github-actions[bot]' } },
    ])
    await octokit.rest.issues.deleteComment({ ...repo, comment_id })
    await expect(octokit.rest.issues.getComment({ ...repo, comment_id })).rejects.toMatchObject({
      status: 404,
    })
    await expect(octokit.rest.issues.listComments({ ...repo, issue_number: 8 })).rejects.toMatchObject({
      status: 404,
    })
  })

  test('meets only requests and answers that fit the description', () => {
    expect(server.state.violations).toEqual([])
  })
})
