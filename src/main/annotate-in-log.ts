import type { Config } from '../config/config.ts'
import type { PipelineListener } from '../pipeline/index.ts'
import type { Output } from '../systems/runner/output.ts'
import { annotationsOf } from './annotations.ts'
import { CheckFallback } from './check-fallback.ts'

/** Marks what each stage finds by commands to the runner: for a run without a token, which can write nothing to GitHub. */
export function annotateInLog(output: Pick<Output, 'annotate'>, config: Config): PipelineListener {
  const fallback = new CheckFallback(output)
  return (event) => {
    if (event.kind !== 'stage-ended' || event.stage.resumedFrom !== undefined) return
    fallback.annotate(annotationsOf(event.stage, config))
  }
}
