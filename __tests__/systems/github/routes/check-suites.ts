import { type Commit } from '../git-repository.ts'
import { nodeId } from '../links.ts'
import { answerCounted } from '../pagination.ts'
import { notFound, Refusal } from '../refusal.ts'
import {
  pullsAt,
  renderApp,
  renderMinimalPull,
  renderMinimalRepository,
  renderSimpleCommit,
} from '../render.ts'
import type { CheckSuite } from '../repository.ts'
import { idOf, type RepositoryCall, type RepositoryRoutes } from '../route.ts'
import { type App, takeId } from '../state.ts'
import { resolveRef } from './statuses.ts'

export const checkSuiteRoutes: RepositoryRoutes = {
  'checks/create-suite': async (call) => {
    const headSha = String(call.body.head_sha)
    if (!(await call.git.hasCommit(headSha))) throw new Refusal(422, `No commit found for SHA: ${headSha}`)
    if (!call.token?.app) throw new Refusal(403, 'You must authenticate via a GitHub App.')
    const before = call.repository.checkSuites.length
    const suite = findOrCreateSuite(call, headSha, call.token.app)
    const status = call.repository.checkSuites.length > before ? 201 : 200
    return { status, body: await renderSuite(call, suite) }
  },

  'checks/get-suite': async (call) => {
    const suite = call.repository.checkSuites.find(({ id }) => id === idOf(call, 'check_suite_id'))
    if (suite === undefined) throw notFound()
    return { status: 200, body: await renderSuite(call, suite) }
  },

  'checks/list-suites-for-ref': async (call) => {
    const sha = await resolveRef(call)
    const { app_id: appId, check_name: checkName } = call.parameters
    const has = ({ id }: CheckSuite): boolean =>
      call.repository.checkRuns.some((run) => run.suiteId === id && run.name === checkName)
    const all = call.repository.checkSuites.filter(
      (suite) =>
        suite.headSha === sha &&
        (appId === undefined || suite.app.id === appId) &&
        (checkName === undefined || has(suite)),
    )
    return answerCounted(call, 'check_suites', all, (suite) => renderSuite(call, suite))
  },
}

/** A commit has one suite for each app; GitHub makes it with the first run. */
export function findOrCreateSuite(call: RepositoryCall, headSha: string, app: App): CheckSuite {
  const { checkSuites } = call.repository
  const found = checkSuites.find((suite) => suite.headSha === headSha && suite.app.id === app.id)
  if (found !== undefined) return found
  const suite: CheckSuite = { id: takeId(call.state), headSha, app, createdAt: call.now }
  checkSuites.push(suite)
  return suite
}

async function renderSuite(call: RepositoryCall, suite: CheckSuite): Promise<Record<string, unknown>> {
  const { links, repository } = call
  const runs = repository.checkRuns.filter((run) => run.suiteId === suite.id)
  const open = runs.some((run) => run.status !== 'completed')
  const url = links.repository(repository, `/check-suites/${suite.id}`)
  const commit: Commit =
    repository.gitDir === null ? unknownCommit(suite) : await call.git.commit(suite.headSha)
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: repository.defaultBranch,
    head_sha: suite.headSha,
    status: runs.length === 0 ? 'queued' : open ? 'in_progress' : 'completed',
    conclusion: runs.length === 0 || open ? null : worstConclusion(runs.map((run) => run.conclusion)),
    url,
    before: null,
    after: suite.headSha,
    pull_requests: pullsAt(repository, suite.headSha).map((pull) =>
      renderMinimalPull(links, repository, pull),
    ),
    app: renderApp(links, suite.app),
    repository: renderMinimalRepository(links, repository),
    created_at: suite.createdAt,
    updated_at: suite.createdAt,
    head_commit: renderSimpleCommit(commit),
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
  }
}

/** The conclusion of a suite is that of its worst run. */
function worstConclusion(conclusions: readonly (string | null)[]): string {
  const order = ['failure', 'timed_out', 'cancelled', 'action_required', 'success', 'neutral', 'skipped']
  return order.find((conclusion) => conclusions.includes(conclusion)) ?? 'neutral'
}

/** A repository without a Git directory knows the SHA of a commit and nothing else. */
function unknownCommit(suite: CheckSuite): Commit {
  const who = { name: 'unknown', email: 'unknown@example.com', date: suite.createdAt }
  return { sha: suite.headSha, tree: suite.headSha, parents: [], author: who, committer: who, message: '' }
}
