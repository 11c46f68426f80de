import type { Finding } from '../findings/index.ts'
import type { StageResult } from '../pipeline/index.ts'
import { findingsOf } from '../report/kept.ts'
import type { Annotation } from '../systems/github/github.ts'

/** The findings of a stage that have a line, worst first. */
export function annotationsOf(stage: StageResult): readonly Annotation[] {
  return findingsOf([stage])
    .filter((finding) => finding.file !== undefined)
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
