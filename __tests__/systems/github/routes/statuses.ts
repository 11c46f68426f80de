import type { Json } from '../json-schema.ts'
import { answerList, linkHeader, paginate } from '../pagination.ts'
import { assertCharacters } from '../limits.ts'
import { nodeId } from '../links.ts'
import { invalidField, notFound, Refusal } from '../refusal.ts'
import { renderMinimalRepository, renderUser } from '../render.ts'
import type { CommitStatus, Repository } from '../repository.ts'
import { authorOf, type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'
import { takeId } from '../state.ts'

interface CreateStatus {
  readonly state: CommitStatus['state']
  readonly target_url?: string | null
  readonly description?: string | null
  readonly context?: string
}

/** Most statuses that one commit can have for one context. */
const contextLimit = 1000

export const statusRoutes: RepositoryRoutes = {
  'repos/create-commit-status': async (call) => {
    const sha = textOf(call, 'sha')
    if (!(await call.git.hasCommit(sha))) throw new Refusal(422, `No commit found for SHA: ${sha}`)
    const body = call.body as unknown as CreateStatus
    const context = body.context ?? 'default'
    assertWithinLimits(call.repository, sha, context, body)
    const status: CommitStatus = {
      id: takeId(call.state),
      sha,
      state: body.state,
      context,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
      creator: authorOf(call),
      createdAt: call.now,
    }
    call.repository.statuses.unshift(status)
    const rendered = renderStatus(call, status)
    return { status: 201, body: rendered, headers: { location: String(rendered.url) } }
  },

  'repos/list-commit-statuses-for-ref': async (call) => {
    const sha = await resolveRef(call)
    const all = call.repository.statuses.filter((status) => status.sha === sha)
    return answerList(call, all, (status) => renderStatus(call, status))
  },

  'repos/get-combined-status-for-ref': async (call) => {
    const sha = await resolveRef(call)
    const latest = latestStatuses(call.repository, sha)
    return {
      status: 200,
      headers: linkHeader(call, latest.length),
      body: {
        state: combinedState(latest),
        statuses: paginate(call, latest).items.map((status) => renderSimpleStatus(call, status)),
        sha,
        total_count: latest.length,
        repository: renderMinimalRepository(call.links, call.repository),
        commit_url: call.links.repository(call.repository, `/commits/${sha}`),
        url: call.links.repository(call.repository, `/commits/${sha}/status`),
      },
    }
  },
}

/** The newest status of each context of a commit, newest first; contexts differ by more than case. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  const seen = new Set<string>()
  return repository.statuses.filter((status) => {
    const context = status.context.toLowerCase()
    if (status.sha !== sha || seen.has(context)) return false
    seen.add(context)
    return true
  })
}

/** The SHA that the call's `ref` stands for, or 404. */
export async function resolveRef(call: RepositoryCall, name = 'ref'): Promise<string> {
  const sha = await call.git.resolve(textOf(call, name))
  if (sha === undefined) throw notFound()
  return sha
}

function combinedState(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === 'error' || state === 'failure')) return 'failure'
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success'
}

function assertWithinLimits(repository: Repository, sha: string, context: string, body: CreateStatus): void {
  assertCharacters('Status', 'description', body.description, 140)
  assertCharacters('Status', 'context', context, 255)
  if (body.target_url && !/^https?:\/\//.test(body.target_url)) {
    throw invalidField('Status', 'target_url', 'target_url must use http(s) scheme')
  }
  const same = repository.statuses.filter(
    (status) => status.sha === sha && status.context.toLowerCase() === context.toLowerCase(),
  )
  if (same.length >= contextLimit) {
    throw invalidField('Status', 'base', 'This SHA and context has reached the maximum number of statuses.')
  }
}

function renderStatus(call: RepositoryCall, status: CommitStatus): Json {
  return { ...renderSimpleStatus(call, status), creator: renderUser(call.links, status.creator) }
}

function renderSimpleStatus(call: RepositoryCall, status: CommitStatus): Json {
  return {
    url: call.links.repository(call.repository, `/statuses/${status.sha}`),
    avatar_url: 'https://avatars.githubusercontent.com/in/15368?v=4',
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  }
}
