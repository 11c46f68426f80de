import { type ErrorCode, type StagegateError, toStagegateError } from '../../errors/index.ts'
import type { Api } from './api.ts'
import { explainGithubError } from './explain-github-error.ts'

/** The permissions of a job's token that a run asks about, by their names in a workflow: to write, of `actions` to read. */
export type GitHubPermission = 'checks' | 'statuses' | 'deployments' | 'actions'

/** What the questions are about: where deployments are made to, and the id of a workflow run that there is. */
export interface PermissionSubject {
  readonly environment: string
  readonly run: string
}

/** Whether a token may. `unknown`: GitHub gave no answer that tells. */
export type PermissionAnswer =
  { readonly has: 'yes' } | { readonly has: 'no' | 'unknown'; readonly reason: string }

/** Git's name for no object: no commit, branch or tag of any repository can have it. */
const NO_COMMIT = '0'.repeat(40)

/**
 * Asks whether the token may read runs, or may write, without writing anything: GitHub has no question for it (the header
 * `x-accepted-github-permissions` says what a route takes, not what a token has). A status, a check run and a deployment
 * belong to a commit; for the commit that cannot exist GitHub answers 422 (`No commit found for SHA`, `No ref found for`)
 * to a token that may write, and 403 before it looks to one that may not. TruffleHog's analyzer of fine-grained tokens
 * (pkg/analyzer/analyzers/github/finegrained) tells permissions in the same way.
 */
export async function askPermission(
  api: Api,
  permission: GitHubPermission,
  subject: PermissionSubject,
  signal: AbortSignal,
): Promise<PermissionAnswer> {
  const level = permission === 'actions' ? 'read' : 'write'
  try {
    await probes[permission](api, subject, signal)
    if (level === 'read') return { has: 'yes' }
  } catch (thrown) {
    if (signal.aborted) return { has: 'unknown', reason: toStagegateError(signal.reason).message }
    const doing = `${permission}: ${level} cannot be asked for`
    return answerOf(explainGithubError(thrown, doing, api.clock.now()), permission)
  }
  return { has: 'unknown', reason: `GitHub took a write of ${permission} to a commit that cannot exist` }
}

const probes: Readonly<
  Record<GitHubPermission, (api: Api, subject: PermissionSubject, signal: AbortSignal) => Promise<unknown>>
> = {
  checks: ({ rest, at }, _subject, signal) =>
    rest.checks.create({
      ...at,
      name: 'Stagegate / preflight',
      head_sha: NO_COMMIT,
      request: { signal, unpaced },
    }),
  statuses: ({ rest, at }, _subject, signal) =>
    rest.repos.createCommitStatus({ ...at, sha: NO_COMMIT, state: 'pending', request: { signal, unpaced } }),
  actions: ({ rest, at }, { run }, signal) =>
    rest.actions.getWorkflowRun({ ...at, run_id: Number(run), request: { signal } }),
  deployments: ({ rest, at }, { environment }, signal) =>
    rest.repos.createDeployment({
      ...at,
      ref: NO_COMMIT,
      environment,
      auto_merge: false,
      required_contexts: [],
      request: { signal, unpaced },
    }),
}

/** The pipeline waits for these few, which write nothing: they need not keep the pace of writes. */
const unpaced = true

/** What a refusal tells about the permission. */
export function answerOf(
  { code, message }: Pick<StagegateError, 'code' | 'message'>,
  permission: GitHubPermission,
): PermissionAnswer {
  if (code === 'E_GITHUB_VALIDATION') return { has: 'yes' }
  // A server like GitHub that knows statuses may answer 404 for the commit; the others it may not serve at all.
  const refusals: readonly ErrorCode[] =
    permission === 'statuses' ? REFUSALS : [...REFUSALS, 'E_GITHUB_NOT_FOUND']
  return { has: refusals.includes(code) ? 'no' : 'unknown', reason: message }
}

const REFUSALS: readonly ErrorCode[] = ['E_GITHUB_PERMISSION', 'E_GITHUB_TOKEN']
