import { renderError } from '../errors/index.ts'
import type { StageResult } from '../pipeline/index.ts'
import { type CheckConclusion, concludeCheck } from './conclusion/conclude-stage.ts'
import { renderDuration } from './duration.ts'
import { codeBlock } from './escape-markdown.ts'
import { renderFindings, renderTests } from './findings-section.ts'
import { limitLine } from './limit-bytes.ts'
import { renderStages } from './stages-table.ts'

export interface CheckText {
  readonly conclusion: CheckConclusion
  readonly title: string
  readonly summary: string
}

/** The check run of one stage. */
export function renderCheck(stage: StageResult): CheckText {
  const { result } = stage
  const failed = stage.steps.find((step) => step.critical && step.result.status === 'failure')
  const place = failed === undefined ? stage.id : `${stage.id}.${failed.id}`
  const time =
    stage.startedAt === undefined || stage.endedAt === undefined
      ? ''
      : renderDuration(stage.endedAt - stage.startedAt)
  const parts = [renderStages([stage]), renderTests([stage]), renderFindings([stage])]
  if (result.status === 'failure') parts.unshift(codeBlock(renderError(result.error, place)))
  return {
    conclusion: concludeCheck(stage),
    title: limitLine(titleOf(stage, place, time), 120),
    summary: parts.filter((part) => part !== '').join('\n\n'),
  }
}

function titleOf({ result, resumedFrom }: StageResult, place: string, time: string): string {
  switch (result.status) {
    case 'success':
      return resumedFrom === undefined ? `passed in ${time}` : `passed in ${resumedFrom}`
    case 'failure':
      return `${place}: ${result.error.message}`
    case 'cancelled':
      return `cancelled after ${time}`
    case 'skipped':
      return `not run: ${result.reason}`
  }
}
