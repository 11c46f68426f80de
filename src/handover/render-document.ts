import type { Config } from '../config/config.ts'
import type { Result, StageResult } from '../pipeline/index.ts'
import { redactResults } from '../report/redact-results.ts'
import { bounds, type HandedOver, MAX_DOCUMENT_BYTES } from './document.ts'
import { fitKept } from './fit-kept.ts'
import type { Job } from './job.ts'
import { cut as cutText } from '../text/index.ts'

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

/**
 * What a job hands over, without a secret in it, and always within the bounds that its reader keeps. Outputs of stages
 * come from trusted jobs alone.
 */
export function renderDocument(parts: DocumentParts): string {
  let most = longestList(parts.stages)
  for (;;) {
    const text = render(parts, most)
    const bytes = Buffer.byteLength(text)
    if (bytes <= MAX_DOCUMENT_BYTES || most === 0) return text
    // Of what is too large together, the first is told: the job has been judged by all of it.
    most = Math.floor((most * MAX_DOCUMENT_BYTES * 0.8) / bytes)
  }
}

function longestList(stages: readonly StageResult[]): number {
  const lists = stages.flatMap((stage) =>
    [stage, ...stage.steps].flatMap((each) => {
      const { findings, tests } = ('kept' in each ? each.kept : {}) as {
        readonly findings?: readonly unknown[]
        readonly tests?: { readonly failures: readonly unknown[] }
      }
      const evidence = each.result.status === 'failure' ? each.result.error.evidence : []
      return [findings?.length ?? 0, tests?.failures.length ?? 0, evidence.length]
    }),
  )
  return Math.max(0, ...lists)
}

/** @param most how many findings, failed tests and pieces of evidence are told of each step */
function render(parts: DocumentParts, most: number): string {
  const { job, config, redact } = parts
  const cut = (text: string, length: number = bounds.text): string => cutText(redact(text), length)
  const stages = redactResults(parts.stages, (text) => cut(text))
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
        result: plainResult(stage.result, job.trusted, most),
        ...(stage.resumedFrom === undefined ? {} : { resumedFrom: cut(stage.resumedFrom, bounds.shortText) }),
        steps: stage.steps.map((step) => ({
          ...step,
          result: plainResult(step.result, false, most),
          facts: step.facts
            .slice(0, bounds.facts)
            .map(({ name, value }) => ({ name: cut(name, bounds.shortText), value })),
          kept: fitKept(step.kept, most),
        })),
      })),
    warnings: parts.warnings.slice(0, bounds.warnings).map((warning) => cut(warning)),
    image: parts.image,
  }
  return JSON.stringify(document)
}

/** An error as plain data: its message is no field of its own that JSON would see. */
function plainResult(result: Result<unknown>, withOutput: boolean, most: number): object {
  switch (result.status) {
    case 'success':
      return withOutput ? { status: 'success', output: result.output } : { status: 'success' }
    case 'failure': {
      const { code, message, evidence, state, next } = result.error
      return {
        status: 'failure',
        error: { code, message, evidence: evidence.slice(0, Math.min(most, bounds.evidence)), state, next },
      }
    }
    case 'cancelled':
    case 'skipped':
      return result
  }
}
