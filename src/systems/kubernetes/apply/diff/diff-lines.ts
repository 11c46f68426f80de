import { renderLine } from './render-value.ts'

/** Beyond this the table of the comparison grows too large for what a log is worth. */
const MAX_LINES = 500
/** Equal lines shown beside a change. */
const CONTEXT = 1

/** What differs between two texts, `+ ` and `- ` before each line that comes or goes, with one line around. Pure. */
export function diffLines(before: string, after: string): readonly string[] {
  const one = before.split('\n')
  const other = after.split('\n')
  if (one.length > MAX_LINES || other.length > MAX_LINES) {
    return [`(${one.length} lines → ${other.length} lines)`]
  }
  const marked = mark(one, other)
  const near = marked.map((_line, index) =>
    marked.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(([sign]) => sign !== ' '),
  )
  return marked.filter((_line, index) => near[index]).map(([sign, line]) => `${sign} ${renderLine(line)}`)
}

type Marked = readonly [sign: ' ' | '+' | '-', line: string]

/** By the longest common subsequence. */
function mark(one: readonly string[], other: readonly string[]): readonly Marked[] {
  const width = other.length + 1
  const lengths = new Uint16Array((one.length + 1) * width)
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = other.length - 1; column >= 0; column -= 1) {
      const below = lengths[(row + 1) * width + column] ?? 0
      const beside = lengths[row * width + column + 1] ?? 0
      const diagonal = lengths[(row + 1) * width + column + 1] ?? 0
      lengths[row * width + column] = one[row] === other[column] ? diagonal + 1 : Math.max(below, beside)
    }
  }
  const marked: Marked[] = []
  let row = 0
  let column = 0
  while (row < one.length || column < other.length) {
    const [left, right] = [one[row], other[column]]
    if (left !== undefined && left === right) {
      marked.push([' ', left])
      row += 1
      column += 1
    } else if (
      left !== undefined &&
      (right === undefined ||
        (lengths[(row + 1) * width + column] ?? 0) >= (lengths[row * width + column + 1] ?? 0))
    ) {
      marked.push(['-', left])
      row += 1
    } else {
      marked.push(['+', right ?? ''])
      column += 1
    }
  }
  return marked
}
