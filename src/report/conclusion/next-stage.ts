import type { StageResult } from '../../pipeline/index.ts'

/**
 * The first stage that has not passed for this commit though it applies: what a step-by-step use runs next. A stage that
 * does not apply has no steps; undefined when nothing is left to run.
 */
export function nextStage(stages: readonly StageResult[]): string | undefined {
  return stages.find(
    ({ id, result, steps }) => id !== 'report' && result.status === 'skipped' && steps.length > 0,
  )?.id
}
