const MARK = / nosem(?:grep)?/i

/**
 * Whether a comment in the code tells semgrep to drop a finding: `nosemgrep`, or `nosemgrep: rule`, on the line where the
 * finding begins, or alone on the line before (https://semgrep.dev/docs/ignoring-files-folders-code).
 *
 * @param lines of the file
 * @param line where the finding begins, from 1
 */
export function isMarked(lines: readonly string[], line: number, rule: string): boolean {
  const before = lines[line - 2] ?? ''
  return marks(lines[line - 1] ?? '', rule) || (standsAlone(before) && marks(before, rule))
}

/** Whatever the language's comments look like: nothing but signs stands before the mark. */
function standsAlone(line: string): boolean {
  return !/[a-z0-9]/i.test(line.slice(0, MARK.exec(line)?.index ?? 0))
}

function marks(line: string, rule: string): boolean {
  const mark = MARK.exec(line)
  if (mark === null) return false
  const after = line.slice(mark.index + mark[0].length)
  if (!/^[:=]/.test(after)) return true
  const ids = after.slice(1).split(/[,\s]/).filter(Boolean)
  return (
    ids.length === 0 || ids.some((id) => id === rule || rule.endsWith(`.${id}`) || id.endsWith(`.${rule}`))
  )
}
