import type { Failure, StageResult } from '../pipeline/index.ts'
import type { Conclusion } from './conclusion/conclude.ts'

/** What is known of the run before it starts, for every text that is made of it. */
export interface RunFacts {
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly repository: string
  readonly commit: string
  readonly ref: string
  readonly event: string
  readonly actor: string
  readonly runUrl: string
  readonly attempt: number
  /** Set when this call runs only some stages. */
  readonly stages: readonly string[] | undefined
  /** Set where other jobs of the same run go on by themselves. */
  readonly isJob?: boolean
}

/** How much of the wall time was Stagegate's own: the rest, a child ran or a remote answer was awaited. */
export interface Overhead {
  /** Of this call: other jobs of the same run have times of their own. */
  readonly wallMs: number
  readonly ownMs: number
  /** In which nothing was done but a pause that a step keeps by design, such as between two smoke tests. */
  readonly pausedMs: number
  /** The longest stretches of our own, with what came before them. Milliseconds since the call's start. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly after: string }[]
}

/** Everything that the report says; its renderers are pure, so the same report gives the same bytes. */
export interface RunReport {
  readonly facts: RunFacts
  readonly conclusion: Conclusion
  readonly stages: readonly StageResult[]
  readonly durationMs: number
  readonly overhead: Overhead | undefined
  /** Warnings that belong to no step. */
  readonly warnings: readonly string[]
}

/** `deploy.rollout`, or `deploy` for a failure outside of a step. */
export function placeOf(failure: Failure): string {
  return failure.step === undefined ? failure.stage : `${failure.stage}.${failure.step}`
}
