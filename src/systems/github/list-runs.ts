import type { Api } from './api.ts'
import type { ListedRun } from './github.ts'

/** How far back is looked: one page. */
const RUNS = 30

/** The newest runs of a workflow for commits of the repository itself, the newest first; forks write nothing here. */
export async function listRuns(
  { rest, at }: Api,
  workflowFile: string,
  signal: AbortSignal,
): Promise<readonly ListedRun[]> {
  const { data } = await rest.actions.listWorkflowRuns({
    ...at,
    workflow_id: workflowFile,
    per_page: RUNS,
    request: { signal },
  })
  return data.workflow_runs
    .filter(
      ({ head_repository: head, repository }) =>
        (head as { full_name?: string } | null)?.full_name === repository.full_name,
    )
    .map((run) => ({
      id: String(run.id),
      attempt: run.run_attempt ?? 1,
      headCommit: run.head_sha,
      conclusion: run.status === 'completed' ? (run.conclusion ?? undefined) : undefined,
    }))
}
