import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../workflows/workflow.ts'

/**
 * One column of the table in docs/forms.md that says what a hostile build can reach: what it wants → what the
 * documentation says of it, without emphasis.
 */
export function readExposures(form: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'docs', 'forms.md'), 'utf8')
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.replaceAll('**', '').trim()),
    )
  const head = rows.findIndex(([first]) => first === 'what that code wants')
  const column = rows[head]?.indexOf(form) ?? -1
  if (column < 0) throw new Error(`docs/forms.md has no column ${form}`)
  const end = rows.findIndex((row, index) => index > head && row.length !== rows[head]?.length)
  return new Map(
    rows.slice(head + 2, end < 0 ? undefined : end).map((row) => [row[0] ?? '', row[column] ?? '']),
  )
}
