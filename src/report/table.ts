/**
 * A Markdown table. Cells are Markdown already, of one line each, their text escaped.
 *
 * @param right columns that are aligned to the right, from 0
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const rule = head.map((_, column) => (right.includes(column) ? '---:' : '---'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
