import type { StagegateError } from '../errors/index.ts'
import type { Fact } from './stage.ts'

/**
 * How a stage or step ended. `blocked`: it was planned, and was kept from running by an earlier failure, a cancel, or a job
 * that never ran. What is blocked closes the gates after it, and is never part of a success.
 */
export type Result<Output> =
  | { readonly status: 'success'; readonly output: Output }
  | { readonly status: 'failure'; readonly error: StagegateError }
  | { readonly status: 'cancelled' }
  | { readonly status: 'skipped'; readonly reason: string; readonly blocked: boolean }

export interface StepResult {
  readonly id: string
  readonly critical: boolean
  readonly result: Result<unknown>
  readonly facts: readonly Fact[]
  /** What the step kept for the report, whether it passed or failed: `findings`, `tests`. */
  readonly kept: Readonly<Record<string, unknown>>
  /** Milliseconds since the run's start. Undefined for a step that never started. */
  readonly startedAt?: number
  readonly endedAt?: number
}

export interface StageResult {
  readonly id: string
  readonly result: Result<unknown>
  /** The pass was taken from the ledger: where it was made. */
  readonly resumedFrom?: string
  readonly steps: readonly StepResult[]
  /** Milliseconds since the run's start. */
  readonly startedAt?: number
  readonly endedAt?: number
}

export interface PipelineResult {
  readonly stages: readonly StageResult[]
  /** Milliseconds from the run's start to its end. */
  readonly durationMs: number
}

/** The first critical failure: the stage and step that failed, and why. */
export interface Failure {
  readonly stage: string
  readonly step: string | undefined
  readonly error: StagegateError
}

/** What stopped the run, or undefined when nothing failed. */
export function findFailure(stages: readonly StageResult[]): Failure | undefined {
  for (const stage of stages) {
    if (stage.result.status !== 'failure') continue
    const step = stage.steps.find((each) => each.critical && each.result.status === 'failure')
    return { stage: stage.id, step: step?.id, error: stage.result.error }
  }
  return undefined
}
