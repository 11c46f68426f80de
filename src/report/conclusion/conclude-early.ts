import type { StagegateError } from '../../errors/index.ts'
import { isReportAlone, type Standing } from './call.ts'
import { type CommitState, type Conclusion, isNoVerdict } from './conclude.ts'

/** What a call comes to that ended before it had a plan: its inputs or its configuration are wrong, there is no checkout. */
export interface EarlyConclusion extends Pick<Conclusion, 'result' | 'exitCode'> {
  /** The output `failed-stage`; empty after a cancel. */
  readonly failedStage: string
  readonly commitStatus: CommitState
}

/** @param where what the call was at, such as `configuration`. Pure. */
export function concludeEarly(error: StagegateError, where: string): EarlyConclusion {
  const cancelled = error.code === 'E_CANCELLED'
  return {
    result: cancelled ? 'cancelled' : 'failure',
    exitCode: 1,
    failedStage: cancelled ? '' : where,
    commitStatus: isNoVerdict(error.code) ? 'error' : 'failure',
  }
}

/**
 * Whether such an end says nothing new on the commit: a last call that never began to judge takes back nothing that earlier
 * calls have earned or found. Pure.
 *
 * @param asked the input `stages`; undefined means all
 */
export function leavesStanding(asked: readonly string[] | undefined, now: Standing['state']): boolean {
  return isReportAlone(asked) && now !== 'none' && now !== 'pending'
}
