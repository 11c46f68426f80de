import type { Config } from '../config/config.ts'
import type { Result, StageResult } from '../pipeline/index.ts'
import { redactResults } from '../report/redact-results.ts'
import type { HandedOver } from './document.ts'
import type { Job } from './job.ts'

export interface DocumentParts {
  readonly job: Job
  readonly config: Config
  readonly stages: readonly StageResult[]
  /** Milliseconds since 1970 at which the run began. */
  readonly startedAt: number
  readonly warnings: readonly string[]
  readonly image: HandedOver['image']
  readonly redact: (text: string) => string
}

/** No text that is handed over is longer; in characters. */
const MAX_TEXT = 64 * 1024

/** What a job hands over, without a secret in it. Outputs of stages come from trusted jobs alone. */
export function renderDocument(parts: DocumentParts): string {
  const { job, config, redact } = parts
  const stages = redactResults(parts.stages, (text) => redact(text).slice(0, MAX_TEXT))
  const document = {
    version: 1,
    job: job.id,
    part: job.part,
    service: config.service,
    commit: config.trigger.commit,
    config: config.digest,
    startedAt: Math.round(parts.startedAt),
    stages: stages
      .filter((stage) => stage.id !== 'report')
      .map((stage) => ({
        ...stage,
        result: plainResult(stage.result, job.trusted),
        steps: stage.steps.map((step) => ({ ...step, result: plainResult(step.result, false) })),
      })),
    warnings: parts.warnings.map((warning) => redact(warning).slice(0, MAX_TEXT)),
    image: parts.image,
  }
  return JSON.stringify(document)
}

/** An error as plain data: its message is no field of its own that JSON would see. */
function plainResult(result: Result<unknown>, withOutput: boolean): object {
  switch (result.status) {
    case 'success':
      return withOutput ? { status: 'success', output: result.output } : { status: 'success' }
    case 'failure': {
      const { code, message, evidence, state, next } = result.error
      return { status: 'failure', error: { code, message, evidence: evidence.slice(0, 1000), state, next } }
    }
    case 'cancelled':
    case 'skipped':
      return result
  }
}
