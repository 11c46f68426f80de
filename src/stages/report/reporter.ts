import type { StageResult } from '../../pipeline/index.ts'

/** What is left of the run when its stages have ended; main puts the real writers behind it. */
export interface Reporter {
  /** Writes the JSON report; its absolute path. */
  writeFile(results: readonly StageResult[]): Promise<string>
  /** Writes the job summary. */
  writeSummary(results: readonly StageResult[]): Promise<void>
  /**
   * Waits for what is being written to GitHub beside the pipeline, then writes the terminal commit status. Never throws:
   * what could not be written is given back, and never changes the result.
   */
  finishGithub(results: readonly StageResult[], signal: AbortSignal): Promise<readonly string[]>
}
