import { RequestError } from '@octokit/request-error'
import type { Api } from './api.ts'
import type { StoredRun } from './github.ts'
import { readPages } from './read-pages.ts'

/** One attempt of a workflow run with its jobs, or undefined where GitHub knows no such one. */
export async function findRun(
  { rest, at }: Api,
  id: string,
  attempt: number,
  signal: AbortSignal,
): Promise<StoredRun | undefined> {
  const which = { ...at, run_id: Number(id), attempt_number: attempt, request: { signal } }
  if (!Number.isSafeInteger(which.run_id)) return undefined
  try {
    const { data } = await rest.actions.getWorkflowRunAttempt(which)
    const jobs: StoredRun['jobs'][number][] = []
    const pages = readPages((page) =>
      rest.actions.listJobsForWorkflowRunAttempt({ ...which, per_page: 100, page }),
    )
    for await (const answer of pages) {
      for (const { name, runner_name, conclusion } of answer.data.jobs) {
        jobs.push({ name, runner: runner_name ?? '', conclusion: conclusion ?? undefined })
      }
    }
    return {
      repository: data.repository.full_name,
      // A fork that was deleted has no repository any more.
      headRepository: (data.head_repository as { full_name?: string } | null)?.full_name ?? '',
      headCommit: data.head_sha,
      event: data.event,
      workflow: withoutRef(data.path),
      called: (data.referenced_workflows ?? []).map(({ path }) => withoutRef(path)),
      jobs,
    }
  } catch (thrown) {
    if (thrown instanceof RequestError && thrown.status === 404) return undefined
    throw thrown
  }
}

function withoutRef(path: string): string {
  const at = path.indexOf('@')
  return at === -1 ? path : path.slice(0, at)
}
