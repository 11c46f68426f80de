import { StagegateError } from '../errors/index.ts'
import type { Result } from '../pipeline/index.ts'
import { type JobId, jobNeeds } from './job.ts'
import type { Needs } from './needs.ts'

/**
 * How a planned job ended that GitHub skipped. Where a job that it waits for failed or was cancelled, that is why; else
 * it was cancelled itself where any job was, and has failed where none was: GitHub takes a skipped job for a success, and
 * nothing of ours may. Pure.
 *
 * @param ended how the jobs before it ended, as far as they are known here
 */
export function decideSkipped(
  id: JobId,
  needs: Needs,
  ended: ReadonlyMap<JobId, Result<unknown>>,
): Result<unknown> {
  const before = jobNeeds[id].flatMap((each) => ended.get(each) ?? [])
  if (before.some(({ status }) => status === 'failure')) return blocked('an earlier job failed')
  if (before.some(({ status }) => status === 'cancelled')) return blocked('the run was cancelled')
  const kept = before.find((each) => each.status === 'skipped' && each.blocked)
  if (kept !== undefined) return kept
  if ([...needs.values()].some(({ result }) => result === 'cancelled')) return { status: 'cancelled' }
  return {
    status: 'failure',
    error: new StagegateError('E_JOB_SKIPPED', {
      message: `GitHub skipped the job ${id}, which was planned to run.`,
      evidence: ['None of the jobs that it waits for failed.'],
    }),
  }
}

function blocked(reason: string): Result<unknown> {
  return { status: 'skipped', reason, blocked: true }
}
