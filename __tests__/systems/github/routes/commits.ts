import { readFiles } from '../diff.ts'
import type { Json } from '../json-schema.ts'
import { answerList, linkHeader, paginate } from '../pagination.ts'
import { notFound } from '../refusal.ts'
import { renderCommit } from '../render.ts'
import type { Answer, RepositoryCall, RepositoryRoutes } from '../route.ts'
import { textOf } from '../route.ts'
import { resolveRef } from './statuses.ts'

/** Most files that a comparison lists; a commit lists them by page. */
const comparedFiles = 300

export const commitRoutes: RepositoryRoutes = {
  'repos/get-commit': async (call) => {
    const commit = await call.git.commit(await resolveRef(call))
    const [parent] = commit.parents
    const text = await answerText(call, commit.sha, parent, commit.sha)
    if (text !== undefined) return text
    const files = await readFiles(call, parent, commit.sha)
    const [additions, deletions] = [sum(files, 'additions'), sum(files, 'deletions')]
    return {
      status: 200,
      headers: linkHeader(call, files.length),
      body: {
        ...renderCommit(call.links, call.repository, commit),
        stats: { additions, deletions, total: additions + deletions },
        files: paginate(call, files).items,
      },
    }
  },

  'repos/list-commits': async (call) => {
    const name = textOf(call, 'sha') || call.repository.defaultBranch
    const sha = await call.git.resolve(name)
    if (sha === undefined) throw notFound()
    const limits = (['since', 'until', 'author', 'committer'] as const).flatMap((option) => {
      const value = call.parameters[option]
      return value === undefined ? [] : [`--${option}=${value}`]
    })
    const path = textOf(call, 'path')
    const all = await call.git.commits([...limits, sha], path === '' ? [] : [`:(top,literal)${path}`])
    return answerList(call, all, (commit) => renderCommit(call.links, call.repository, commit))
  },

  'repos/compare-commits-with-basehead': async (call) => {
    const { base, head, mergeBase } = await readComparison(call)
    const text = await answerText(call, head, mergeBase, head)
    if (text !== undefined) return text
    const { left: behind, right: ahead } = await call.git.divergence(base, head)
    const commits = await call.git.commits(['--reverse', '--topo-order', `${base}..${head}`])
    const files = call.page === 1 ? await readFiles(call, mergeBase, head) : []
    const { links, repository } = call
    const html = links.html(repository, `/compare/${base}...${head}`)
    return {
      status: 200,
      headers: linkHeader(call, commits.length),
      body: {
        url: links.self,
        html_url: html,
        permalink_url: html,
        diff_url: `${html}.diff`,
        patch_url: `${html}.patch`,
        base_commit: renderCommit(links, repository, await call.git.commit(base)),
        merge_base_commit: renderCommit(links, repository, await call.git.commit(mergeBase)),
        status: compareStatus(ahead, behind),
        ahead_by: ahead,
        behind_by: behind,
        total_commits: commits.length,
        commits: paginate(call, commits).items.map((commit) => renderCommit(links, repository, commit)),
        files: files.slice(0, comparedFiles),
      },
    }
  },
}

/** `base...head`; either side may carry the owner of a fork (`acme:main`), which is this repository's or unknown. */
async function readComparison(
  call: RepositoryCall,
): Promise<{ base: string; head: string; mergeBase: string }> {
  const sides = textOf(call, 'basehead').split('...')
  const resolved = await Promise.all(sides.map((side) => call.git.resolve(withoutOwner(call, side))))
  const [base, head] = resolved
  if (sides.length !== 2 || base === undefined || head === undefined) throw notFound()
  const mergeBase = await call.git.mergeBase(base, head)
  if (mergeBase === undefined) throw notFound()
  return { base, head, mergeBase }
}

function withoutOwner(call: RepositoryCall, side: string): string {
  const [owner = '', ref] = side.split(':')
  if (ref === undefined) return side
  return owner === call.repository.owner ? ref : ''
}

function compareStatus(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

/** The answer in one of the text media types, when one was asked for. */
async function answerText(
  call: RepositoryCall,
  sha: string,
  from: string | undefined,
  to: string,
): Promise<Answer | undefined> {
  const mediaType = call.accept
  if (mediaType === 'application/vnd.github.sha') return { status: 200, mediaType, body: sha }
  if (mediaType === 'application/vnd.github.diff') {
    return { status: 200, mediaType, body: await call.git.patch(from, to) }
  }
  return undefined
}

function sum(files: readonly Json[], field: string): number {
  return files.reduce((total, file) => total + Number(file[field]), 0)
}
