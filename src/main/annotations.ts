import type { Finding } from '../findings/index.ts'
import type { StageResult } from '../pipeline/index.ts'
import type { Annotation } from '../systems/github/github.ts'

const order = ['critical', 'high', 'medium', 'low', 'info'] as const

/** The findings of a stage that have a line, worst first. */
export function annotationsOf(stage: StageResult): readonly Annotation[] {
  return findingsOf(stage)
    .filter((finding) => finding.file !== undefined)
    .toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
    .map((finding) => {
      const line = finding.line ?? 1
      return {
        path: finding.file ?? '',
        startLine: line,
        endLine: Math.max(line, finding.endLine ?? line),
        ...(finding.column === undefined ? {} : { startColumn: finding.column }),
        level: levelOf(finding.severity),
        title: `${finding.tool}: ${finding.rule}`,
        message: finding.message,
      }
    })
}

/** Findings that a stage kept, whether it passed or failed. */
export function findingsOf(stage: StageResult): readonly Finding[] {
  return stage.steps.flatMap((step) => (step.kept['findings'] ?? []) as readonly Finding[])
}

function levelOf(severity: Finding['severity']): Annotation['level'] {
  switch (severity) {
    case 'critical':
    case 'high':
      return 'failure'
    case 'medium':
      return 'warning'
    case 'low':
    case 'info':
      return 'notice'
  }
}
