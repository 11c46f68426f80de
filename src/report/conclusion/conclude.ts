import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import { type Failure, findFailure, type StageResult } from '../../pipeline/index.ts'
import { type Call, isLast } from './call.ts'
import { findLacks } from './find-lacks.ts'
import { nextStage } from './next-stage.ts'

/** How a call ended, in one of the ways that people are told of. */
export type Ending =
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Nothing of this call failed, but it is the last one, and something that applies has not passed. */
  | { readonly kind: 'incomplete'; readonly failure: Failure }
  /** @param stage the first one that was cancelled */
  | { readonly kind: 'cancelled'; readonly stage: string }
  /** `lacks`: why it is not verified, each in a few words; empty for a deployment that is. */
  | { readonly kind: 'deployed'; readonly lacks: readonly string[] }
  /** A last call of `report` alone, after a call that deployed. */
  | { readonly kind: 'was-deployed' }
  /** Every stage that applies has passed, and there is nothing to deploy. `isIdle`: none applies. */
  | { readonly kind: 'complete'; readonly isIdle: boolean }
  /** A last call of `report` alone where earlier calls can leave nothing for it to judge. */
  | { readonly kind: 'not-judged' }
  /**
   * Another call comes after this one. `next`: the stage that it has to run; undefined where none is left. `isIdle`: none
   * of the stages that this call was asked for applies.
   */
  | { readonly kind: 'waiting'; readonly next: string | undefined; readonly isIdle: boolean }

export interface Conclusion {
  readonly ending: Ending
  /** The output `result`. */
  readonly result: 'success' | 'failure' | 'cancelled'
  /** 0 for the result `success` alone. */
  readonly exitCode: 0 | 1
  readonly failure: Failure | undefined
  /** Undefined: it stays as it is, or this event has none. */
  readonly commitStatus: CommitState | undefined
}

export type CommitState = 'pending' | 'success' | 'failure' | 'error'

/**
 * What a call comes to: its exit code, output `result`, commit status and first words are all made of this, and of
 * nothing else (docs/steps.md has the table). Pure.
 *
 * @param stages the results so far, of earlier calls and other jobs too, in the order of the sequence
 */
export function conclude(stages: readonly StageResult[], call: Call): Conclusion {
  const ending = decideEnding(stages, call)
  const result = resultOf(ending)
  return {
    ending,
    result,
    exitCode: result === 'success' ? 0 : 1,
    failure: ending.kind === 'failed' || ending.kind === 'incomplete' ? ending.failure : undefined,
    commitStatus: call.mayDeploy ? decideCommitState(ending, call) : undefined,
  }
}

/** A dry run that came to its end: it has said what would happen, and judges nothing. */
export const concludedDry: Pick<Conclusion, 'result' | 'exitCode'> = { result: 'success', exitCode: 0 }

/** Codes after which nothing is known of the commit: the run was cancelled, or has crashed. */
export function isNoVerdict(code: ErrorCode | undefined): boolean {
  return code === 'E_CANCELLED' || code === 'E_INTERNAL' || code === 'E_INTERNAL_UNFINISHED'
}

function decideEnding(stages: readonly StageResult[], call: Call): Ending {
  const failure = findFailure(stages)
  if (failure !== undefined) return { kind: 'failed', failure }
  const cancelled = stages.find(({ result }) => result.status === 'cancelled')
  if (cancelled !== undefined) return { kind: 'cancelled', stage: cancelled.id }
  const blocked = stages.find(({ result }) => result.status === 'skipped' && result.blocked)
  if (blocked !== undefined) return { kind: 'failed', failure: notRun(blocked) }
  if (stages.some(({ id, result }) => id === 'deploy' && result.status === 'success'))
    return { kind: 'deployed', lacks: findLacks(stages, call) }
  const next = nextStage(stages)
  if (isLast(call)) return endLastCall(stages, next, call)
  return { kind: 'waiting', next, isIdle: !stages.some((stage) => isAsked(stage, call) && isSuccess(stage)) }
}

/** A last call that has not deployed itself. */
function endLastCall(
  stages: readonly StageResult[],
  next: string | undefined,
  { job, standing, hasLedger }: Call,
): Ending {
  // Of other jobs GitHub has told how they ended; of earlier calls their commit status tells it.
  const told = job === undefined ? standing : undefined
  if (told?.isOwn === true && (told.state === 'failure' || told.state === 'error'))
    return { kind: 'incomplete', failure: notPassed(next ?? 'report', 'an earlier call of this run failed') }
  if (next === undefined) return { kind: 'complete', isIdle: !stages.some(hasPassed) }
  // On its own word a status of an earlier run counts for nothing but the deployment, which has no pass in the ledger.
  if (told?.state === 'success' && (told.isOwn || next === 'deploy')) return { kind: 'was-deployed' }
  if (told !== undefined && !hasLedger) return { kind: 'not-judged' }
  const why = `the stage ${next} has not passed`
  return {
    kind: 'incomplete',
    failure: notPassed(next, told?.state === 'unknown' ? `${why}, as far as GitHub could be asked` : why),
  }
}

/** Whether the call was asked for the stage, or as a job for some of its steps: `scan.sast`. */
function isAsked({ id }: StageResult, { asked }: Call): boolean {
  return asked?.some((word) => word === id || word.startsWith(`${id}.`)) ?? true
}

function isSuccess({ result }: StageResult): boolean {
  return result.status === 'success'
}

/** A stage of the pipeline itself, not one that every call runs. */
function hasPassed(stage: StageResult): boolean {
  return isSuccess(stage) && !['preflight', 'checkout', 'report'].includes(stage.id)
}

function resultOf({ kind }: Ending): Conclusion['result'] {
  switch (kind) {
    case 'failed':
    case 'incomplete':
      return 'failure'
    case 'cancelled':
      return 'cancelled'
    case 'deployed':
    case 'was-deployed':
    case 'complete':
    case 'not-judged':
    case 'waiting':
      return 'success'
  }
}

function decideCommitState(ending: Ending, { standing }: Call): CommitState | undefined {
  // The call or job that failed has said why; a last call knows no better.
  const saidWhy = standing?.state === 'failure' || standing?.state === 'error'
  switch (ending.kind) {
    case 'failed':
      return saidWhy ? undefined : isNoVerdict(ending.failure.error.code) ? 'error' : 'failure'
    case 'incomplete':
      // What could not be read may be a success that an earlier call has earned.
      return saidWhy || standing?.state === 'unknown' ? undefined : 'error'
    case 'cancelled':
      return saidWhy ? undefined : 'error'
    case 'deployed':
      return 'success'
    case 'complete':
      return standing?.state === 'success' ? undefined : 'success'
    case 'was-deployed':
    case 'not-judged':
      return undefined
    case 'waiting':
      return 'pending'
  }
}

/** Something that was planned was kept from running though nothing failed: never a success. */
function notRun({ id, result }: StageResult): Failure {
  const reason = result.status === 'skipped' ? result.reason : ''
  return {
    stage: id,
    step: undefined,
    error: new StagegateError('E_GATE_CLOSED', {
      message: `The stage ${id} was planned and did not run: ${reason}.`,
      next: 'Run all jobs again.',
    }),
  }
}

function notPassed(stage: string, why: string): Failure {
  return {
    stage,
    step: undefined,
    error: new StagegateError('E_GATE_CLOSED', {
      message: `Not deployed: ${why}.`,
      state: 'This call ran no stage itself.',
      next: 'Read what the calls before this one say; run the stage that is missing in a call before this one.',
    }),
  }
}
