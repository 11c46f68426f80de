import type { StageResult } from './result.ts'

/** What a step will do, known before anything runs. */
export type PlannedStep =
  | {
      readonly id: string
      readonly run: true
      /** The command or target, as the plan prints it. */
      readonly summary: string
      /** Where the summary's value came from: `.github/stagegate.yml:12`, `detected from package.json`, `default`. */
      readonly source?: string
      /** A failure of a critical step fails its stage; an advisory one is shown as a warning. Default true. */
      readonly critical?: boolean
      /** Milliseconds until the step is ended. */
      readonly timeoutMs: number
    }
  | { readonly id: string; readonly run: false; readonly reason: string }

/** The log of one step. Text may come from anywhere: the writer behind it redacts and neutralises. */
export interface StepLog {
  /** One or more lines of our own. */
  info(text: string): void
  /** A line that should stand out. */
  warn(text: string): void
  /** A chunk of a child's output, as it arrives. */
  child(chunk: Uint8Array): void
}

/** A fact about a step that the report shows beside it: `digest` `sha256:…`, `tests` `148 passed`. */
export interface Fact {
  readonly name: string
  readonly value: string
}

export interface StepContext {
  /** Aborted when the run is cancelled, or the step's timeout has passed. */
  readonly signal: AbortSignal
  readonly log: StepLog
  /** Adds a fact for the report. */
  readonly fact: (name: string, value: string) => void
  /** Keeps something for the report even when the step fails: `findings`, `tests`. */
  readonly keep: (name: string, value: unknown) => void
}

export interface StageContext<Systems> {
  readonly systems: Systems
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal
  /** The results so far, in the order of the sequence; for `report`, of every stage before it. */
  readonly results: () => readonly StageResult[]
  /**
   * Runs one of the planned steps and keeps its result. Undefined when the plan says that the step does not run,
   * or when an advisory step failed.
   *
   * @throws StagegateError when a critical step fails
   */
  readonly step: <T>(id: string, execute: (step: StepContext) => Promise<T>) => Promise<T | undefined>
  /** A line in the run's log that belongs to no step. */
  readonly warn: (text: string) => void
}

export interface PreviewContext<Systems> {
  readonly systems: Systems
  readonly signal: AbortSignal
  readonly log: StepLog
}

/** What execute would change, asked for in a dry run without changing it. */
export interface Preview {
  readonly title: string
  readonly text: string
}

export type Decision<Needs, Output, Systems> =
  | {
      readonly run: true
      readonly summary: string
      readonly steps: readonly PlannedStep[]
      execute(needs: Needs, context: StageContext<Systems>): Promise<Output>
      /** What execute would change, asked without changing it. */
      preview?(needs: Partial<Needs>, context: PreviewContext<Systems>): Promise<readonly Preview[]>
    }
  | { readonly run: false; readonly reason: string }

export interface Stage<Outputs, Id extends keyof Outputs, Needs extends keyof Outputs, Config, Systems> {
  readonly id: Id
  /** Stages whose output this one consumes: each must have passed. */
  readonly needs: readonly Needs[]
  /**
   * `asked` (default): when the selection names it. `every-call`: in each call before anything else (preflight,
   * checkout). `always`: whatever happened before it (report).
   */
  readonly attendance?: 'asked' | 'every-call' | 'always'
  /** Whether an earlier pass for the same commit, tree and configuration counts. Default true. */
  readonly ledger?: boolean
  /** Pure: decides from configuration alone, so the whole plan can be printed before anything happens. */
  plan(config: Config): Decision<Pick<Outputs, Needs>, Outputs[Id], Systems>
  /**
   * Verifies that what an earlier pass left is still there (the digest is still in the registry).
   *
   * @throws StagegateError when it is not; the stage then runs again
   */
  restore?(output: Outputs[Id], context: Pick<StageContext<Systems>, 'systems' | 'signal'>): Promise<void>
}

/**
 * All stages of a pipeline, in the order of the sequence. A stage left out does not compile; neither does one whose
 * `plan` reads a need that it does not name.
 */
export type Stages<Outputs, Config, Systems> = {
  readonly [Id in keyof Outputs]-?: AnyStage<Outputs, Id, Config, Systems>
}

/** A stage whose needs are not looked at: the engine hands each one exactly what it named. */
export interface AnyStage<Outputs, Id extends keyof Outputs, Config, Systems> {
  readonly id: Id
  readonly needs: readonly (keyof Outputs)[]
  readonly attendance?: 'asked' | 'every-call' | 'always'
  readonly ledger?: boolean
  plan(config: Config): Decision<never, Outputs[Id], Systems>
  restore?(output: Outputs[Id], context: Pick<StageContext<Systems>, 'systems' | 'signal'>): Promise<void>
}
