/** Words with which programs of any language say what went wrong. */
const trouble =
  /\b(?:error|fatal|panic|exception|failed|failure|cannot|can't|could not|unable|refused|denied|unauthorized|forbidden|not found|no such|missing|invalid|timed? ?out|unreachable|segfault|segmentation fault|out of memory|killed|abort(?:ed)?|ECONN\w+|ENO\w+|EACCES)\b/i
/** Lines of a stack trace: where, not what. */
const frame =
  /^\s+at\s|^\s*File ".*", line \d+|^goroutine \d+|^\s*\.{3} \d+ more|^\t?[\w./-]+\.go:\d+|^\s*[\^~]+\s*$|^\s*(?:#\d+ |from )/
/** What runtimes add at the end, after what it was. */
const farewell =
  /^(?:Node\.js v[\d.]+|npm (?:ERR!|error)|exit status \d+|Traceback \(most recent call last\):|note: run with)/

/** The line of a log that says best why its program ended; undefined for a log without a word. Pure. */
export function findTellingLine(lines: readonly string[]): string | undefined {
  const said = lines.map((line) => line.trimEnd()).filter((line) => line.trim() !== '')
  const words = said.filter((line) => !frame.test(line) && !farewell.test(line.trim()))
  return (words.findLast((line) => trouble.test(line)) ?? words.at(-1) ?? said.at(-1))?.trim()
}
