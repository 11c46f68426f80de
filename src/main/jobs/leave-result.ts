import { renderError, toStagegateError } from '../../errors/index.ts'
import type { Job } from '../../handover/job.ts'
import type { PipelineResult } from '../../pipeline/index.ts'
import type { Conclusion } from '../../report/conclusion/conclude.ts'
import type { Console } from '../console.ts'
import type { Call } from './open-call.ts'

export interface LeaveResultOptions {
  /** Undefined where the call is no job of the reusable workflow. */
  readonly job: Pick<Job, 'trusted'> | undefined
  readonly console: Pick<Console, 'output' | 'warn' | 'runnerFiles'>
}

/**
 * Leaves the result for the jobs after this one. A job that runs code of the commit is nothing without it. What a job has
 * pushed or deployed is done: GitHub's word for it and its outputs are enough for the jobs after it.
 *
 * @returns whether the call may succeed
 */
export async function leaveResult(
  call: Pick<Call, 'handOver'>,
  result: PipelineResult & { readonly status: Conclusion['result'] },
  { job, console }: LeaveResultOptions,
): Promise<boolean> {
  try {
    await call.handOver(result)
    return true
  } catch (thrown) {
    const error = toStagegateError(thrown)
    if (job?.trusted === true) {
      console.warn(`The details of this job are not handed over to the report of the run: ${error.message}`)
      return true
    }
    console.output.error(renderError(error, 'handing over'))
    if (result.status === 'success') await console.runnerFiles.setOutput('result', 'failure')
    return false
  }
}
