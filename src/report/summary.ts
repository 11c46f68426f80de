import { renderError } from '../errors/index.ts'
import type { StageResult, StepResult } from '../pipeline/index.ts'
import { renderDuration } from './duration.ts'
import { codeBlock, codeSpan, escapeInline, mermaidLabel } from './escape-markdown.ts'
import { cancelledStage, placeOf, type RunReport } from './run-report.ts'

/** The job summary: result, cause, a table of stages and steps, a timeline, what to do next. Pure Markdown. */
export function renderSummary(report: RunReport): string {
  const parts = [
    renderHeadline(report),
    renderFacts(report),
    renderFailure(report),
    renderStages(report.stages),
    renderTimeline(report.stages),
    renderWarnings(report.warnings),
    renderOverhead(report),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function renderHeadline({ status, facts, failure, stages }: RunReport): string {
  const what = escapeInline(`${facts.service} ${facts.version}`)
  if (failure !== undefined) return `## ❌ ${what}: ${escapeInline(placeOf(failure))} failed`
  if (status === 'cancelled')
    return `## ⏹️ ${what}: cancelled in ${escapeInline(cancelledStage(stages) ?? 'preflight')}`
  const deployed = stages.some((stage) => stage.id === 'deploy' && stage.result.status === 'success')
  return deployed
    ? `## ✅ ${what} is deployed to ${escapeInline(facts.environment)} and verified`
    : `## ✅ ${what}: every stage of this call passed`
}

function renderFacts({ facts, durationMs, stages }: RunReport): string {
  const image = stages.find((stage) => stage.id === 'image')
  const output =
    image?.result.status === 'success'
      ? (image.result.output as { repository: string; digest: string })
      : undefined
  const lines = [
    `Commit ${codeSpan(facts.commit.slice(0, 12))} of ${codeSpan(facts.ref)}, by ${escapeInline(facts.actor)} (${escapeInline(facts.event)}), attempt ${facts.attempt}, ${renderDuration(durationMs)}.`,
  ]
  if (output !== undefined) lines.push(`Image ${codeSpan(`${output.repository}@${output.digest}`)}.`)
  if (facts.stages !== undefined) lines.push(`This call ran: ${escapeInline(facts.stages.join(', '))}.`)
  return lines.join('\n')
}

function renderFailure({ failure }: RunReport): string {
  return failure === undefined ? '' : codeBlock(renderError(failure.error, placeOf(failure)))
}

/** The table of stages and their steps. */
export function renderStages(stages: readonly StageResult[]): string {
  const rows = stages.flatMap((stage) => [
    row(icon(stage.result.status, true), `**${escapeInline(stage.id)}**`, time(stage), stageNote(stage)),
    ...stage.steps.map((step) =>
      row(
        icon(step.result.status, step.critical),
        `&nbsp;&nbsp;${escapeInline(step.id)}`,
        time(step),
        stepNote(step),
      ),
    ),
  ])
  return ['| | stage and step | time | |', '|---|---|---:|---|', ...rows].join('\n')
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
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

function time(result: StageResult | StepResult): string {
  if (result.startedAt === undefined || result.endedAt === undefined) return ''
  return renderDuration(result.endedAt - result.startedAt)
}

function stageNote(stage: StageResult): string {
  if (stage.resumedFrom !== undefined) return `passed in ${escapeInline(stage.resumedFrom)}`
  return stage.result.status === 'skipped' ? escapeInline(stage.result.reason) : ''
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

/** A Gantt chart of the steps that ran, in seconds since the start. */
function renderTimeline(stages: readonly StageResult[]): string {
  const sections = stages.flatMap((stage) => {
    const bars = stage.steps.flatMap((step) => {
      if (step.startedAt === undefined || step.endedAt === undefined) return []
      const tag =
        step.result.status === 'failure' ? 'crit, ' : step.result.status === 'success' ? 'done, ' : ''
      const from = Math.round(step.startedAt)
      return [`    ${mermaidLabel(step.id)} :${tag}${from}, ${Math.max(from + 1, Math.round(step.endedAt))}`]
    })
    return bars.length === 0 ? [] : [`    section ${mermaidLabel(stage.id)}`, ...bars]
  })
  if (sections.length === 0) return ''
  const chart = ['gantt', '    dateFormat x', '    axisFormat %M:%S', ...sections].join('\n')
  return `<details><summary>Timeline</summary>\n\n${codeBlock(chart, 'mermaid')}\n\n</details>`
}

function renderWarnings(warnings: readonly string[]): string {
  return warnings.map((warning) => `> ⚠️ ${escapeInline(warning)}`).join('\n>\n')
}

function renderOverhead({ overhead, durationMs }: RunReport): string {
  if (overhead === undefined) return ''
  const gaps = overhead.gaps.map(
    (gap) =>
      `- ${renderDuration(gap.to - gap.from)} at ${renderDuration(gap.from)}, after ${escapeInline(gap.after)}`,
  )
  const own = `Stagegate's own time: ${renderDuration(overhead.ownMs)} of ${renderDuration(durationMs)}; in the rest a tool ran or an answer was awaited.`
  return gaps.length === 0 ? own : `<details><summary>${own}</summary>\n\n${gaps.join('\n')}\n\n</details>`
}
