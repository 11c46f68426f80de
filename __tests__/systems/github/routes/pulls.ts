import { readFiles } from '../diff.ts'
import type { Json } from '../json-schema.ts'
import { nodeId } from '../links.ts'
import { answerList } from '../pagination.ts'
import { notFound } from '../refusal.ts'
import { renderCommit, renderRepository, renderUser } from '../render.ts'
import type { PullRequest } from '../repository.ts'
import { idOf, type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'

/** Pull requests: read-only, put there by the test; files and commits come from the Git directory. */
export const pullRoutes: RepositoryRoutes = {
  'pulls/get': async (call) => {
    const pull = findPull(call)
    const [commits, files] = await Promise.all([readCommits(call, pull), readPullFiles(call, pull)])
    const total = (field: string): number => files.reduce((sum, file) => sum + Number(file[field]), 0)
    return {
      status: 200,
      body: {
        ...renderPull(call, pull),
        merged: pull.mergedAt !== null,
        mergeable: null,
        mergeable_state: 'unknown',
        merged_by: null,
        comments: call.repository.comments.filter(({ issue }) => issue === pull.number).length,
        review_comments: 0,
        maintainer_can_modify: false,
        commits: commits.length,
        additions: total('additions'),
        deletions: total('deletions'),
        changed_files: files.length,
      },
    }
  },

  'pulls/list': (call) => {
    const state = textOf(call, 'state')
    const [head, base] = [textOf(call, 'head'), textOf(call, 'base')]
    const all = call.repository.pulls.filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        (head === '' || head === `${call.repository.owner}:${pull.head.ref}`) &&
        (base === '' || base === pull.base.ref),
    )
    return answerList(call, all.toReversed(), (pull) => renderPull(call, pull))
  },

  'pulls/list-files': async (call) =>
    answerList(call, await readPullFiles(call, findPull(call)), (file) => file),

  'pulls/list-commits': async (call) =>
    answerList(call, await readCommits(call, findPull(call)), (commit) =>
      renderCommit(call.links, call.repository, commit),
    ),

  'repos/list-pull-requests-associated-with-commit': async (call) => {
    const sha = await call.git.resolve(textOf(call, 'commit_sha'))
    if (sha === undefined) throw notFound()
    const all = call.repository.pulls.filter((pull) => pull.head.sha === sha || pull.mergeCommitSha === sha)
    return answerList(call, all, (pull) => renderPull(call, pull))
  },
}

function findPull(call: RepositoryCall): PullRequest {
  const found = call.repository.pulls.find(({ number }) => number === idOf(call, 'pull_number'))
  if (found === undefined) throw notFound()
  return found
}

async function readCommits(
  call: RepositoryCall,
  pull: PullRequest,
): ReturnType<RepositoryCall['git']['commits']> {
  if (call.repository.gitDir === null) return []
  return call.git.commits(['--reverse', `${pull.base.sha}..${pull.head.sha}`])
}

async function readPullFiles(call: RepositoryCall, pull: PullRequest): Promise<Json[]> {
  if (call.repository.gitDir === null) return []
  return readFiles(call, await call.git.mergeBase(pull.base.sha, pull.head.sha), pull.head.sha)
}

function renderPull(call: RepositoryCall, pull: PullRequest): Json {
  const { links, repository } = call
  const url = links.repository(repository, `/pulls/${pull.number}`)
  const issue = links.repository(repository, `/issues/${pull.number}`)
  const html = links.html(repository, `/pull/${pull.number}`)
  const addresses = {
    comments_url: `${issue}/comments`,
    commits_url: `${url}/commits`,
    statuses_url: links.repository(repository, `/statuses/${pull.head.sha}`),
    html_url: html,
    issue_url: issue,
    review_comments_url: `${url}/comments`,
    review_comment_url: links.repository(repository, '/pulls/comments{/number}'),
  }
  const related = Object.entries({ ...addresses, self_url: url })
  return {
    ...addresses,
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: renderUser(links, pull.author),
    body: null,
    labels: [],
    milestone: null,
    draft: false,
    created_at: pull.createdAt,
    updated_at: pull.createdAt,
    closed_at: pull.mergedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    head: renderSide(call, pull.head),
    base: renderSide(call, pull.base),
    _links: Object.fromEntries(related.map(([name, href]) => [name.replace(/_url$/, ''), { href }])),
    author_association: 'MEMBER',
    auto_merge: null,
  }
}

function renderSide({ links, repository }: RepositoryCall, side: PullRequest['head']): Json {
  return {
    label: `${repository.owner}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: renderUser(links, repository.owner, repository.ownerId, 'Organization'),
    repo: renderRepository(links, repository),
  }
}
