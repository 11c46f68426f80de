import type { Commit } from './git-repository.ts'
import type { Json } from './json-schema.ts'
import { type Links, nodeId } from './links.ts'
import type { PullRequest, Repository } from './repository.ts'
import type { App } from './state.ts'

/** A user, bot or organisation; ids are made from the login where nothing better is known. */
export function renderUser(links: Links, login: string, id = numberFrom(login), type?: string): Json {
  const api = links.api(`/users/${encodeURIComponent(login)}`)
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url: api,
    html_url: `https://github.com/${encodeURIComponent(login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: type ?? (login.endsWith('[bot]') ? 'Bot' : 'User'),
    site_admin: false,
  }
}

export function renderApp(links: Links, app: App): Json {
  return {
    id: app.id,
    client_id: `Iv1.${app.id}`,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: renderUser(links, 'github', 9919, 'Organization'),
    name: app.name,
    description: app.name,
    external_url: `https://github.com/apps/${encodeURIComponent(app.slug)}`,
    html_url: `https://github.com/apps/${encodeURIComponent(app.slug)}`,
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2024-04-10T20:33:16Z',
    permissions: { checks: 'write', metadata: 'read' },
    events: [],
  }
}

/** The short form of a repository that other objects carry. */
export function renderMinimalRepository(links: Links, repository: Repository): Json {
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.private,
    owner: renderUser(links, repository.owner, repository.ownerId, 'Organization'),
    html_url: links.html(repository),
    description: null,
    fork: false,
    url: links.repository(repository),
    ...renderRepositoryLinks(links, repository),
  }
}

/** Templates of the addresses below a repository: the name of each and its path. */
const repositoryLinks: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
}

function renderRepositoryLinks(links: Links, repository: Repository): Json {
  const base = links.repository(repository)
  return Object.fromEntries(Object.entries(repositoryLinks).map(([name, path]) => [name, base + path]))
}

export function renderRepository(links: Links, repository: Repository): Json {
  const path = `${repository.owner}/${repository.name}.git`
  const counts = [
    'forks',
    'forks_count',
    'stargazers_count',
    'watchers',
    'watchers_count',
    'size',
    'network_count',
  ]
  return {
    ...renderMinimalRepository(links, repository),
    ...Object.fromEntries([...counts, 'subscribers_count'].map((name) => [name, 0])),
    git_url: `git://github.com/${path}`,
    ssh_url: `git@github.com:${path}`,
    clone_url: `https://github.com/${path}`,
    svn_url: links.html(repository),
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: repository.defaultBranch,
    visibility: repository.private ? 'private' : 'public',
    open_issues_count: repository.pulls.length,
    open_issues: repository.pulls.length,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: false,
    disabled: false,
    pushed_at: repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
  }
}

/** A commit as the commits API shows it; `author` and `committer` are null because no account has their address. */
export function renderCommit(links: Links, repository: Repository, commit: Commit): Json {
  const url = links.repository(repository, `/commits/${commit.sha}`)
  const git = (path: string): string => links.repository(repository, `/git/${path}`)
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: git(`trees/${commit.tree}`) },
      url: git(`commits/${commit.sha}`),
      comment_count: 0,
      verification: unsigned,
    },
    url,
    html_url: links.html(repository, `/commit/${commit.sha}`),
    comments_url: `${url}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: links.repository(repository, `/commits/${sha}`),
      html_url: links.html(repository, `/commit/${sha}`),
    })),
  }
}

/** The form of a commit in check suites and workflow runs. */
export function renderSimpleCommit(commit: Commit): Json {
  const who = ({ name, email }: Commit['author']): Json => ({ name, email })
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: commit.committer.date,
    author: who(commit.author),
    committer: who(commit.committer),
  }
}

/** What GitHub says of a commit without a signature. */
export const unsigned = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
}

/** The form of a pull request in check runs, check suites and workflow runs. */
export function renderMinimalPull(links: Links, repository: Repository, pull: PullRequest): Json {
  const repo = { id: repository.id, url: links.repository(repository), name: repository.name }
  return {
    id: pull.id,
    number: pull.number,
    url: links.repository(repository, `/pulls/${pull.number}`),
    head: { ...pull.head, repo },
    base: { ...pull.base, repo },
  }
}

/** Open pull requests whose head is this commit. */
export function pullsAt(repository: Repository, sha: string): PullRequest[] {
  return repository.pulls.filter((pull) => pull.state === 'open' && pull.head.sha === sha)
}

function numberFrom(text: string): number {
  return (
    Array.from(text).reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003, 7) +
    1
  )
}
