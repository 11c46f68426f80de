import type { Ref } from '../git-repository.ts'
import type { Json } from '../json-schema.ts'
import { nodeId } from '../links.ts'
import { answerList } from '../pagination.ts'
import { notFound } from '../refusal.ts'
import { renderCommit, unsigned } from '../render.ts'
import { type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'

/** The objects of Git itself: refs, commits, trees, blobs. */
export const gitDatabaseRoutes: RepositoryRoutes = {
  'git/get-ref': async (call) => {
    const name = `refs/${textOf(call, 'ref')}`
    const found = (await call.git.refs(name)).find((ref) => ref.name === name)
    if (found === undefined) throw notFound()
    return { status: 200, body: renderRef(call, found) }
  },

  'git/list-matching-refs': async (call) => {
    const found = await call.git.refs(`refs/${textOf(call, 'ref')}`)
    return { status: 200, body: found.map((ref) => renderRef(call, ref)) }
  },

  'git/get-commit': async (call) => {
    const sha = textOf(call, 'commit_sha')
    if (!(await call.git.hasCommit(sha))) throw notFound()
    const commit = await call.git.commit(sha)
    return {
      status: 200,
      body: {
        sha,
        node_id: nodeId('Commit', sha),
        url: gitUrl(call, `commits/${sha}`),
        html_url: call.links.html(call.repository, `/commit/${sha}`),
        author: commit.author,
        committer: commit.committer,
        tree: { sha: commit.tree, url: gitUrl(call, `trees/${commit.tree}`) },
        message: commit.message,
        parents: commit.parents.map((parent) => ({
          sha: parent,
          url: gitUrl(call, `commits/${parent}`),
          html_url: call.links.html(call.repository, `/commit/${parent}`),
        })),
        verification: unsigned,
      },
    }
  },

  'git/get-tree': async (call) => {
    const sha = await call.git.treeOf(textOf(call, 'tree_sha'))
    if (sha === undefined) throw notFound()
    // Any value switches it on, `0` and `false` too: that is how GitHub reads it.
    const entries = await call.git.tree(sha, call.parameters.recursive !== undefined)
    return {
      status: 200,
      body: {
        sha,
        url: gitUrl(call, `trees/${sha}`),
        truncated: false,
        tree: entries.map((entry) => ({
          path: entry.path,
          mode: entry.mode,
          type: entry.type,
          sha: entry.sha,
          ...(entry.size !== null && { size: entry.size }),
          ...(entry.type !== 'commit' && { url: gitUrl(call, `${entry.type}s/${entry.sha}`) }),
        })),
      },
    }
  },

  'git/get-blob': async (call) => {
    const sha = textOf(call, 'file_sha')
    const content = await call.git.blob(sha)
    return {
      status: 200,
      body: {
        sha,
        node_id: nodeId('Blob', sha),
        size: content.length,
        url: gitUrl(call, `blobs/${sha}`),
        content: renderBase64(content),
        encoding: 'base64',
      },
    }
  },

  'repos/list-branches': async (call) =>
    answerList(call, await call.git.refs('refs/heads/'), (ref) => ({
      name: branchOf(ref),
      commit: { sha: ref.sha, url: call.links.repository(call.repository, `/commits/${ref.sha}`) },
      protected: false,
    })),

  'repos/get-branch': async (call) => {
    const name = textOf(call, 'branch')
    const ref = (await call.git.refs('refs/heads/')).find((candidate) => branchOf(candidate) === name)
    if (ref === undefined) throw notFound()
    const self = call.links.repository(call.repository, `/branches/${encodeURIComponent(name)}`)
    return {
      status: 200,
      body: {
        name,
        commit: renderCommit(call.links, call.repository, await call.git.commit(ref.sha)),
        _links: { self, html: call.links.html(call.repository, `/tree/${name}`) },
        protected: false,
        protection: {
          enabled: false,
          required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
        },
        protection_url: `${self}/protection`,
      },
    }
  },
}

/** Base64 in lines of 60 characters, as GitHub wraps it. */
export function renderBase64(content: Buffer): string {
  return content.toString('base64').replace(/.{1,60}/g, '$&\n')
}

export function gitUrl(call: RepositoryCall, path: string): string {
  return call.links.repository(call.repository, `/git/${path}`)
}

function branchOf(ref: Ref): string {
  return ref.name.slice('refs/heads/'.length)
}

function renderRef(call: RepositoryCall, ref: Ref): Json {
  return {
    ref: ref.name,
    node_id: nodeId('Ref', ref.name),
    url: gitUrl(call, ref.name),
    object: { sha: ref.sha, type: ref.type, url: gitUrl(call, `${ref.type}s/${ref.sha}`) },
  }
}
