import type { StageResult, StepResult } from '../pipeline/index.ts'
import { renderDuration } from './duration.ts'
import { codeSpan, escapeInline } from './escape-markdown.ts'
import { renderTable } from './table.ts'

/** The table of stages and their steps: result, time, and why or what. */
export function renderStages(stages: readonly StageResult[]): string {
  const rows = stages.flatMap((stage) => [
    [icon(stage.result.status, true), `**${escapeInline(stage.id)}**`, renderTime(stage), stageNote(stage)],
    ...stage.steps.map((step) => [
      icon(step.result.status, step.critical),
      `&nbsp;&nbsp;${escapeInline(step.id)}`,
      renderTime(step),
      stepNote(step),
    ]),
  ])
  return renderTable(['', 'stage and step', 'time', ''], rows, [2])
}

function icon(status: StageResult['result']['status'], critical: boolean): string {
  switch (status) {
    case 'success':
      return '✅'
    case 'failure':
      return critical ? '❌' : '⚠️'
    case 'cancelled':
      return '⏹️'
    case 'skipped':
      return '➖'
  }
}

function renderTime({ startedAt, endedAt }: StageResult | StepResult): string {
  return startedAt === undefined || endedAt === undefined ? '' : renderDuration(endedAt - startedAt)
}

function stageNote(stage: StageResult): string {
  if (stage.resumedFrom !== undefined) {
    const again = stage.steps.filter((step) => step.startedAt !== undefined).map(({ id }) => id)
    const here = again.length === 0 ? '' : `; run again here: ${escapeInline(again.join(', '))}`
    return `passed in ${escapeInline(stage.resumedFrom)}${here}`
  }
  if (stage.result.status === 'skipped') return escapeInline(stage.result.reason)
  const told = stage.steps.some((step) => step.critical && step.result.status === 'failure')
  return stage.result.status === 'failure' && !told ? escapeInline(stage.result.error.message) : ''
}

function stepNote(step: StepResult): string {
  switch (step.result.status) {
    case 'skipped':
      return escapeInline(step.result.reason)
    case 'failure':
      return `${step.critical ? '' : 'advisory: '}${escapeInline(step.result.error.message)}`
    case 'cancelled':
    case 'success':
      return step.facts.map((fact) => `${escapeInline(fact.name)} ${codeSpan(fact.value)}`).join(', ')
  }
}
