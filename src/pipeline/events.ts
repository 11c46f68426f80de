import type { PlannedStep } from './stage.ts'
import type { StageResult, StepResult } from './result.ts'

/** What the engine tells while it runs; listeners show progress and write to GitHub beside the pipeline. */
export type PipelineEvent =
  | { readonly kind: 'stage-started'; readonly stage: string; readonly steps: readonly PlannedStep[] }
  | { readonly kind: 'step-started'; readonly stage: string; readonly step: string }
  | { readonly kind: 'step-ended'; readonly stage: string; readonly step: StepResult }
  | { readonly kind: 'stage-ended'; readonly stage: StageResult }

export type PipelineListener = (event: PipelineEvent) => void
