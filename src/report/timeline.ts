import type { StageResult } from '../pipeline/index.ts'
import { codeBlock, mermaidLabel } from './escape-markdown.ts'

/** A Gantt chart of the steps that ran, in milliseconds since the start. */
export function renderTimeline(stages: readonly StageResult[]): string {
  const sections = stages.flatMap((stage) => {
    const bars = stage.steps.flatMap(({ id, result, startedAt, endedAt }) => {
      if (startedAt === undefined || endedAt === undefined) return []
      const tag = result.status === 'failure' ? 'crit, ' : result.status === 'success' ? 'done, ' : ''
      const from = Math.round(startedAt)
      return [`    ${mermaidLabel(id)} :${tag}${from}, ${Math.max(from + 1, Math.round(endedAt))}`]
    })
    return bars.length === 0 ? [] : [`    section ${mermaidLabel(stage.id)}`, ...bars]
  })
  if (sections.length === 0) return ''
  const chart = ['gantt', '    dateFormat x', '    axisFormat %M:%S', ...sections].join('\n')
  return `<details><summary>Timeline</summary>\n\n${codeBlock(chart, 'mermaid')}\n\n</details>`
}
