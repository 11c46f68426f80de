import { type Finding, renderTestCounts, type TestCase } from '../findings/index.ts'
import type { StageResult } from '../pipeline/index.ts'
import { codeSpan, escapeInline } from './escape-markdown.ts'
import { findingsOf, testsOf } from './kept.ts'
import { limitLine } from './limit-bytes.ts'
import { renderTable } from './table.ts'

const MAX_ROWS = 20
const MESSAGE_LIMIT = 200

/** What linters, compilers and scanners found, worst first. */
export function renderFindings(stages: readonly StageResult[]): string {
  const findings = findingsOf(stages)
  if (findings.length === 0) return ''
  const rows = findings
    .slice(0, MAX_ROWS)
    .map((finding) => [
      finding.severity,
      `${escapeInline(finding.tool)} ${codeSpan(finding.rule)}`,
      codeSpan(placeOf(finding)),
      escapeInline(limitLine(finding.message, MESSAGE_LIMIT)),
    ])
  const table = renderTable(['severity', 'rule', 'place', 'message'], rows)
  return `### Findings: ${findings.length}\n\n${table}${more(findings.length)}`
}

/** Counts of every test step, then the tests that failed. */
export function renderTests(stages: readonly StageResult[]): string {
  const all = testsOf(stages)
  if (all.length === 0) return ''
  const counts = all.map(
    ({ stage, step, summary }) => `- ${escapeInline(`${stage}.${step}`)}: ${renderTestCounts(summary)}`,
  )
  const failures = all.flatMap(({ summary }) => summary.failures)
  const parts = [`### Tests\n\n${counts.join('\n')}`]
  if (failures.length > 0) {
    const rows = failures
      .slice(0, MAX_ROWS)
      .map((failure: TestCase) => [
        escapeInline(limitLine(failure.name, MESSAGE_LIMIT)),
        codeSpan(placeOf(failure)),
        escapeInline(limitLine(failure.message ?? '', MESSAGE_LIMIT)),
      ])
    parts.push(`${renderTable(['failed test', 'place', 'message'], rows)}${more(failures.length)}`)
  }
  return parts.join('\n\n')
}

function placeOf({ file, line }: Pick<Finding, 'file' | 'line'>): string {
  return [file, line].filter((part) => part !== undefined).join(':')
}

function more(count: number): string {
  return count > MAX_ROWS ? `\n\n${count - MAX_ROWS} more are in the JSON report.` : ''
}
