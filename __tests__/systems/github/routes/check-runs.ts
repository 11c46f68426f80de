import { answerCounted, answerList } from '../pagination.ts'
import { nodeId } from '../links.ts'
import { notFound, Refusal } from '../refusal.ts'
import { pullsAt, renderApp, renderMinimalPull } from '../render.ts'
import type { Annotation, CheckRun } from '../repository.ts'
import { type Call, idOf, type RepositoryCall, type RepositoryRoutes } from '../route.ts'
import { type App, takeId } from '../state.ts'
import { assertOutputWithinLimits, type Output } from './check-output.ts'
import { findOrCreateSuite } from './check-suites.ts'
import { resolveRef } from './statuses.ts'

interface WriteCheckRun {
  readonly name?: string
  readonly head_sha?: string
  readonly details_url?: string
  readonly external_id?: string
  readonly status?: string
  readonly conclusion?: string
  readonly started_at?: string
  readonly completed_at?: string
  readonly output?: Output
}

export const checkRunRoutes: RepositoryRoutes = {
  'checks/create': async (call) => {
    const body = call.body as WriteCheckRun
    const headSha = body.head_sha ?? ''
    if (!(await call.git.hasCommit(headSha))) throw new Refusal(422, `No commit found for SHA: ${headSha}`)
    assertConclusion(body)
    if (body.output) assertOutputWithinLimits(body.output)
    const app = appOf(call)
    const run: CheckRun = {
      id: takeId(call.state),
      suiteId: findOrCreateSuite(call, headSha, app).id,
      headSha,
      app,
      ...{ name: '', externalId: '', detailsUrl: `https://github.com/apps/${app.slug}`, status: 'queued' },
      ...{ conclusion: null, startedAt: call.now, completedAt: null, title: null, summary: null, text: null },
      annotations: [],
    }
    write(call, run, body)
    call.repository.checkRuns.unshift(run)
    return { status: 201, body: renderCheckRun(call, run) }
  },

  'checks/update': (call) => {
    const run = findRun(call)
    const app = appOf(call)
    if (run.app.id !== app.id) {
      const owner = `check run can only be modified by the GitHub App that created it.`
      throw new Refusal(403, `Invalid app_id \`${app.id}\` - ${owner}`)
    }
    const body = call.body as WriteCheckRun
    assertConclusion(body)
    if (body.output) assertOutputWithinLimits(body.output)
    write(call, run, body)
    return { status: 200, body: renderCheckRun(call, run) }
  },

  'checks/get': (call) => ({ status: 200, body: renderCheckRun(call, findRun(call)) }),

  'checks/list-for-ref': async (call) => {
    const sha = await resolveRef(call)
    const appId = call.parameters.app_id
    const ofApp = ({ app }: CheckRun): boolean => appId === undefined || app.id === appId
    return answerRuns(
      call,
      call.repository.checkRuns.filter((run) => run.headSha === sha && ofApp(run)),
    )
  },

  'checks/list-for-suite': (call) => {
    const suite = idOf(call, 'check_suite_id')
    if (!call.repository.checkSuites.some(({ id }) => id === suite)) throw notFound()
    return answerRuns(
      call,
      call.repository.checkRuns.filter((run) => run.suiteId === suite),
    )
  },

  'checks/list-annotations': (call) => {
    const run = findRun(call)
    return answerList(call, run.annotations, (annotation) => renderAnnotation(call, run, annotation))
  },
}

/** Filters as the query says; `latest` keeps the newest run of each name, per app. */
function answerRuns(call: RepositoryCall, runs: readonly CheckRun[]): ReturnType<typeof answerCounted> {
  const name = call.parameters.check_name
  const status = call.parameters.status
  const seen = new Set<string>()
  const found = runs.filter((run) => {
    if (name !== undefined && run.name !== name) return false
    if (call.parameters.filter !== 'all') {
      const key = `${run.app.id} ${run.name}`
      if (seen.has(key)) return false
      seen.add(key)
    }
    return status === undefined || run.status === status
  })
  return answerCounted(call, 'check_runs', found, (run) => renderCheckRun(call, run))
}

/** Takes over what the body names. A conclusion completes a run; annotations are added to those there are. */
function write(call: Call, run: CheckRun, body: WriteCheckRun): void {
  run.name = body.name ?? run.name
  run.externalId = body.external_id ?? run.externalId
  run.detailsUrl = body.details_url ?? run.detailsUrl
  run.status = body.status ?? run.status
  run.startedAt = body.started_at ?? run.startedAt
  if (body.conclusion !== undefined) {
    run.status = 'completed'
    run.conclusion = body.conclusion
    run.completedAt = body.completed_at ?? call.now
  } else if (run.status !== 'completed') {
    run.conclusion = null
    run.completedAt = null
  }
  if (body.output) {
    run.title = body.output.title ?? run.title
    run.summary = body.output.summary
    run.text = body.output.text ?? run.text
    run.annotations.push(...(body.output.annotations ?? []))
  }
}

/** The description says in words only that a completed run needs a conclusion. */
function assertConclusion(body: WriteCheckRun): void {
  if (body.status !== 'completed' || body.conclusion !== undefined) return
  throw new Refusal(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.', { violation: 'body' })
}

function findRun(call: RepositoryCall): CheckRun {
  const run = call.repository.checkRuns.find(({ id }) => id === idOf(call, 'check_run_id'))
  if (run === undefined) throw notFound()
  return run
}

function appOf(call: Call): App {
  if (!call.token?.app) throw new Refusal(403, 'You must authenticate via a GitHub App.')
  return call.token.app
}

function renderCheckRun(call: RepositoryCall, run: CheckRun): Record<string, unknown> {
  const { links, repository } = call
  const url = links.repository(repository, `/check-runs/${run.id}`)
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: links.html(repository, `/runs/${run.id}`),
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suiteId },
    app: renderApp(links, run.app),
    pull_requests: pullsAt(repository, run.headSha).map((pull) => renderMinimalPull(links, repository, pull)),
  }
}

function renderAnnotation(
  call: RepositoryCall,
  run: CheckRun,
  annotation: Annotation,
): Record<string, unknown> {
  return {
    start_column: null,
    end_column: null,
    title: null,
    raw_details: null,
    ...annotation,
    blob_href: call.links.html(call.repository, `/blob/${run.headSha}/${annotation.path}`),
  }
}
