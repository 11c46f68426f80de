import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'

/** For reading logs and events when all is over. Milliseconds. */
const EVIDENCE_TIME = 10_000

/** Whether a signal was aborted because a step's time was up, not because the run was cancelled. */
export function isTimeout(signal: AbortSignal): boolean {
  const reason: unknown = signal.reason
  return signal.aborted && reason instanceof StagegateError && reason.code === 'E_STEP_TIMEOUT'
}

/** What can be gathered within a short time of its own: the caller's signal may be aborted by now. */
export async function withEvidenceTime<T>(
  clock: Clock,
  gather: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = clock.deadline(EVIDENCE_TIME, () => new Error('no more time for evidence'))
  try {
    return await gather(deadline.signal)
  } finally {
    deadline.clear()
  }
}
