import type { StageResult } from '../pipeline/index.ts'
import { codeBlock, escapeInline } from './escape-markdown.ts'
import { accessOf, type ReportedAccess } from './kept.ts'
import { renderTable } from './table.ts'

/** What the run needs of others and what it has: folded up while nothing is missing. */
export function renderAccess(stages: readonly StageResult[]): string {
  const access = accessOf(stages)
  if (access === undefined || access.rows.length === 0) return ''
  const table = renderTable(['stage', 'needs', 'has', 'consequence'], access.rows.map(renderRow))
  const lacking = access.rows.filter((row) => row.has !== 'yes').length
  if (lacking === 0) {
    return `<details><summary>What this run needs of others, and has</summary>\n\n${table}\n\n</details>`
  }
  const parts = [`### What this run needs of others: ${lacking} of ${access.rows.length} missing`, table]
  if (access.permissions !== undefined) {
    parts.push('The permissions that the job needs for this run:', codeBlock(access.permissions, 'yaml'))
  }
  return parts.join('\n\n')
}

function renderRow({ stage, needs, has, detail, consequence }: ReportedAccess['rows'][number]): string[] {
  const icon = has === 'yes' ? '✅' : has === 'no' ? '❌' : '❔'
  const text = detail === '' ? icon : `${icon} ${escapeInline(detail)}`
  return [escapeInline(stage), escapeInline(needs), text, escapeInline(consequence)]
}
