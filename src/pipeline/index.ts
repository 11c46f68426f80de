export type { PipelineEvent, PipelineListener } from './events.ts'
export {
  type Again,
  type Ledger,
  type LedgerEntry,
  type PlannedStage,
  planPipeline,
  type Selection,
} from './plan.ts'
export {
  type Failure,
  findFailure,
  type PipelineResult,
  type Result,
  type StageResult,
  type StepResult,
} from './result.ts'
export { type RunOptions, runPipeline, type Surroundings } from './run.ts'
export type {
  AnyStage,
  Decision,
  Fact,
  PlannedStep,
  Preview,
  PreviewContext,
  Stage,
  StageContext,
  Stages,
  StepContext,
  StepLog,
} from './stage.ts'
