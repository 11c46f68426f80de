import { answerCounted } from '../pagination.ts'
import type { Json } from '../json-schema.ts'
import { nodeId } from '../links.ts'
import { notFound } from '../refusal.ts'
import { renderMinimalRepository, renderUser } from '../render.ts'
import type { Artifact, Job, Workflow, WorkflowRun } from '../repository.ts'
import { idOf, type RepositoryCall, type RepositoryRoutes, textOf } from '../route.ts'

/** Workflows, runs, jobs and artifacts: read-only, put there by the test. */
export const actionsRoutes: RepositoryRoutes = {
  'actions/get-workflow': (call) => {
    const wanted = textOf(call, 'workflow_id')
    const found = call.repository.workflows.find(
      ({ id, path }) => String(id) === wanted || path.endsWith(`/${wanted}`),
    )
    if (found === undefined) throw notFound()
    return { status: 200, body: renderWorkflow(call, found) }
  },

  'actions/list-workflow-runs': (call) => {
    const wanted = textOf(call, 'workflow_id')
    const runs = call.repository.runs
      .filter(({ workflowId, path }) => String(workflowId) === wanted || path.endsWith(`/${wanted}`))
      .toSorted((one, other) => other.id - one.id)
    return answerCounted(call, 'workflow_runs', runs, (run) => renderRun(call, run))
  },

  'actions/get-workflow-run': (call) => ({ status: 200, body: renderRun(call, findRun(call)) }),

  'actions/get-workflow-run-attempt': (call) => ({
    status: 200,
    body: renderRun(call, findRun(call, idOf(call, 'attempt_number'))),
  }),

  'actions/list-jobs-for-workflow-run': (call) => {
    const run = findRun(call)
    const latest = call.parameters.filter !== 'all'
    return answerJobs(call, run, (job) => !latest || job.attempt === run.attempt)
  },

  'actions/list-jobs-for-workflow-run-attempt': (call) => {
    const attempt = idOf(call, 'attempt_number')
    return answerJobs(call, findRun(call, attempt), (job) => job.attempt === attempt)
  },

  'actions/get-job-for-workflow-run': (call) => {
    const job = call.repository.jobs.find(({ id }) => id === idOf(call, 'job_id'))
    const run = call.repository.runs.find(({ id }) => id === job?.runId)
    if (job === undefined || run === undefined) throw notFound()
    return { status: 200, body: renderJob(call, run, job) }
  },

  'actions/list-workflow-run-artifacts': (call) => {
    const run = findRun(call)
    return answerArtifacts(call, (artifact) => artifact.runId === run.id)
  },

  'actions/list-artifacts-for-repo': (call) => answerArtifacts(call, () => true),
}

function findRun(call: RepositoryCall, attempt?: number): WorkflowRun {
  const found = call.repository.runs.find(({ id }) => id === idOf(call, 'run_id'))
  if (found === undefined || (attempt ?? 1) > found.attempt) throw notFound()
  return found
}

function answerJobs(
  call: RepositoryCall,
  run: WorkflowRun,
  wanted: (job: Job) => boolean,
): ReturnType<typeof answerCounted> {
  const all = call.repository.jobs.filter((job) => job.runId === run.id && wanted(job))
  return answerCounted(call, 'jobs', all, (job) => renderJob(call, run, job))
}

function answerArtifacts(
  call: RepositoryCall,
  wanted: (artifact: Artifact) => boolean,
): ReturnType<typeof answerCounted> {
  const name = call.parameters.name
  const all = call.repository.artifacts.filter(
    (artifact) => wanted(artifact) && (name === undefined || artifact.name === name),
  )
  return answerCounted(call, 'artifacts', all.toReversed(), (artifact) => renderArtifact(call, artifact))
}

function renderWorkflow({ links, repository }: RepositoryCall, workflow: Workflow): Json {
  const file = workflow.path.split('/').at(-1) ?? ''
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: 'active',
    created_at: workflow.createdAt,
    updated_at: workflow.createdAt,
    url: links.repository(repository, `/actions/workflows/${workflow.id}`),
    html_url: links.html(repository, `/blob/${repository.defaultBranch}/${workflow.path}`),
    badge_url: links.html(
      repository,
      `/workflows/${encodeURIComponent(workflow.name)}/badge.svg?file=${file}`,
    ),
  }
}

function renderRun(call: RepositoryCall, run: WorkflowRun): Json {
  const { links, repository } = call
  const url = links.repository(repository, `/actions/runs/${run.id}`)
  const suite = repository.checkSuites.find(({ headSha }) => headSha === run.headSha)
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: suite?.id ?? run.id,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.runNumber,
    run_attempt: run.attempt,
    event: run.event,
    display_title: run.name,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: links.html(repository, `/actions/runs/${run.id}`),
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.createdAt,
    run_started_at: run.createdAt,
    actor: renderUser(links, run.actor),
    triggering_actor: renderUser(links, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: links.repository(repository, `/check-suites/${suite?.id ?? run.id}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: links.repository(repository, `/actions/workflows/${run.workflowId}`),
    head_commit: null,
    repository: renderMinimalRepository(links, repository),
    head_repository: renderHeadRepository(call, run),
    referenced_workflows: (run.called ?? []).map((path) => ({
      path,
      sha: run.headSha,
      ref: path.split('@')[1] ?? '',
    })),
  }
}

function renderHeadRepository({ links, repository }: RepositoryCall, { fork }: WorkflowRun): Json {
  const [owner, name] = fork?.split('/') ?? []
  if (owner === undefined || name === undefined) return renderMinimalRepository(links, repository)
  return renderMinimalRepository(links, { ...repository, owner, name })
}

function renderJob({ links, repository }: RepositoryCall, run: WorkflowRun, job: Job): Json {
  return {
    id: job.id,
    run_id: run.id,
    run_url: links.repository(repository, `/actions/runs/${run.id}`),
    run_attempt: job.attempt,
    node_id: nodeId('Job', job.id),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    url: links.repository(repository, `/actions/jobs/${job.id}`),
    html_url: links.html(repository, `/actions/runs/${run.id}/job/${job.id}`),
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.createdAt,
    started_at: job.createdAt,
    completed_at: job.status === 'completed' ? job.createdAt : null,
    name: job.name,
    workflow_name: run.name,
    steps: [],
    check_run_url: links.repository(repository, `/check-runs/${job.id}`),
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: job.runner ?? 'GitHub Actions 1',
    runner_group_id: 1,
    runner_group_name: 'GitHub Actions',
  }
}

function renderArtifact({ links, repository }: RepositoryCall, artifact: Artifact): Json {
  const url = links.repository(repository, `/actions/artifacts/${artifact.id}`)
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.size,
    url,
    archive_download_url: `${url}/zip`,
    expired: false,
    digest: artifact.digest,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: artifact.createdAt,
    workflow_run: { id: artifact.runId, repository_id: repository.id, head_repository_id: repository.id },
  }
}
