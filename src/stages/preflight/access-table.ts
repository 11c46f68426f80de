import type { Access } from './access.ts'

const head = ['stage', 'needs', 'has', 'consequence']

/** The table as the log shows it: columns side by side, one line a row. */
export function renderAccessTable(rows: readonly Access[]): string {
  const cells = rows.map((row) => [row.stage, row.needs, hasOf(row), row.consequence])
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((each) => (each[column] ?? '').length)),
  )
  return [head, ...cells]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function hasOf({ has, detail }: Access): string {
  const text = has === 'unknown' ? 'not known' : has
  return detail === '' ? text : `${text}: ${detail.replace(/\s+/g, ' ')}`
}
