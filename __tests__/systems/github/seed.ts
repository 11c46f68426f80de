import { randomBytes } from 'node:crypto'
import type {
  Artifact,
  Environment,
  Job,
  PullRequest,
  Repository,
  Workflow,
  WorkflowRun,
} from './repository.ts'
import { type State, takeId } from './state.ts'

/** What a test can put into a repository that no call of the API creates. */
export interface Seeds {
  readonly workflows: Partial<Workflow>
  readonly runs: Partial<WorkflowRun>
  readonly jobs: Partial<Job> & Pick<Job, 'runId'>
  readonly artifacts: Partial<Artifact> & Pick<Artifact, 'runId'>
  readonly pulls: Partial<PullRequest> & Pick<PullRequest, 'head' | 'base'>
  readonly environments: Partial<Environment>
}

/** Adds a record, completed with ordinary values, and gives it back; one with the id of another takes its place. */
export function seed<Kind extends keyof Seeds>(
  state: State,
  repository: Repository,
  kind: Kind,
  record: Seeds[Kind],
  now: string,
): Repository[Kind][number] {
  const id = takeId(state)
  const common = { id, createdAt: now, name: 'staging' }
  const run = { path: '.github/workflows/staging.yml', event: 'push', headBranch: repository.defaultBranch }
  const defaults = {
    workflows: { ...common, path: run.path },
    runs: {
      ...{
        ...common,
        ...run,
        workflowId: id,
        headSha: randomBytes(20).toString('hex'),
        runNumber: 1,
        attempt: 1,
      },
      ...{ status: 'in_progress', conclusion: null, actor: 'octocat' },
    },
    jobs: { ...common, attempt: 1, status: 'in_progress', conclusion: null },
    artifacts: { ...common, size: 0, digest: null },
    pulls: {
      ...{ id, createdAt: now, number: repository.pulls.length + 1, title: 'A change', state: 'open' },
      ...{ author: 'octocat', mergedAt: null, mergeCommitSha: null },
    },
    environments: common,
  }
  const made = { ...defaults[kind], ...record } as Repository[Kind][number]
  const records = repository[kind] as Repository[Kind][number][]
  const index = records.findIndex((each) => each.id === made.id)
  if (index === -1) records.push(made)
  else records[index] = made
  return made
}
