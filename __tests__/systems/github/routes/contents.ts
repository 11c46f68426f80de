import type { TreeEntry } from '../git-repository.ts'
import type { Json } from '../json-schema.ts'
import { notFound, Refusal } from '../refusal.ts'
import { type Answer, type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'
import { gitUrl, renderBase64 } from './git-database.ts'

/** Files above this size come without content, except as raw bytes. */
const inlineLimit = 1024 * 1024
const directoryLimit = 1000

export const contentRoutes: RepositoryRoutes = {
  'repos/get-content': async (call) => {
    const ref = textOf(call, 'ref') || call.repository.defaultBranch
    const commit = await call.git.resolve(ref)
    if (commit === undefined) throw new Refusal(404, `No commit found for the ref ${ref}`)
    const path = textOf(call, 'path').replace(/^\/+|\/+$/g, '')
    if (path.split('/').includes('..')) throw notFound()
    const found = await call.git.objectAt(commit, path)
    if (found === undefined) throw notFound()
    return found.type === 'tree'
      ? await answerDirectory(call, ref, path, found.sha)
      : await answerEntry(call, ref, path, await readEntry(call, commit, path))
  },
}

async function answerDirectory(
  call: RepositoryCall,
  ref: string,
  path: string,
  sha: string,
): Promise<Answer> {
  const entries = (await call.git.tree(sha, false)).slice(0, directoryLimit).map((entry) => {
    const full = path === '' ? entry.path : `${path}/${entry.path}`
    // A submodule is listed as a file: GitHub's own compatibility rule.
    const type = entry.type === 'commit' ? 'file' : typeOfEntry(entry)
    return { type, ...renderEntry(call, ref, full, entry) }
  })
  if (call.accept !== 'application/vnd.github.object') return { status: 200, body: entries }
  const tree: TreeEntry = { mode: '040000', type: 'tree', sha, size: null, path }
  const body = { type: 'dir', ...renderEntry(call, ref, path, tree), entries }
  return { status: 200, mediaType: call.accept, body }
}

async function answerEntry(
  call: RepositoryCall,
  ref: string,
  path: string,
  entry: TreeEntry,
): Promise<Answer> {
  const common = renderEntry(call, ref, path, entry)
  if (entry.type === 'commit') {
    return { status: 200, body: { type: 'submodule', submodule_git_url: '', ...common } }
  }
  const content = await call.git.blob(entry.sha)
  if (call.accept === 'application/vnd.github.raw') {
    return { status: 200, body: content, mediaType: 'application/vnd.github.raw' }
  }
  const type = typeOfEntry(entry)
  if (type === 'symlink') return { status: 200, body: { type, target: content.toString('utf8'), ...common } }
  const inline = content.length <= inlineLimit
  const body = {
    type,
    ...common,
    content: inline ? renderBase64(content) : '',
    encoding: inline ? 'base64' : 'none',
  }
  return call.accept === 'application/vnd.github.object'
    ? { status: 200, mediaType: call.accept, body }
    : { status: 200, body }
}

async function readEntry(call: RepositoryCall, commit: string, path: string): Promise<TreeEntry> {
  const slash = path.lastIndexOf('/')
  const parent = await call.git.objectAt(commit, slash === -1 ? '' : path.slice(0, slash))
  const entries = parent === undefined ? [] : await call.git.tree(parent.sha, false)
  const entry = entries.find((candidate) => candidate.path === path.slice(slash + 1))
  if (entry === undefined) throw notFound()
  return entry
}

function typeOfEntry(entry: TreeEntry): 'dir' | 'file' | 'symlink' {
  if (entry.type === 'tree') return 'dir'
  return entry.mode === '120000' ? 'symlink' : 'file'
}

function renderEntry(call: RepositoryCall, ref: string, path: string, entry: TreeEntry): Json {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const self = call.links.repository(call.repository, `/contents/${encoded}?ref=${encodeURIComponent(ref)}`)
  const git = entry.type === 'commit' ? null : gitUrl(call, `${entry.type}s/${entry.sha}`)
  const html = call.links.html(call.repository, `/${entry.type}/${encodeURIComponent(ref)}/${encoded}`)
  const { owner, name } = call.repository
  return {
    size: entry.size ?? 0,
    name: path.split('/').at(-1) ?? '',
    path,
    sha: entry.sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url:
      entry.type === 'blob'
        ? `https://raw.githubusercontent.com/${owner}/${name}/${encodeURIComponent(ref)}/${encoded}`
        : null,
    _links: { self, git, html },
  }
}
