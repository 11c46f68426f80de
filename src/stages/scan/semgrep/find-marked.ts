import type { Finding } from '../../../findings/index.ts'
import type { ScannerSystems } from '../scanner.ts'
import { isFor, type Mark, readMark } from './read-mark.ts'

/** Files with findings that are read again. More than anybody reads of one scan. */
const READ_FILES = 2000

/** The findings that a comment in the code marks as no finding. They count all the same: the gate does not read comments. */
export async function findMarked(
  findings: readonly Finding[],
  workspace: string,
  { files }: Pick<ScannerSystems, 'files'>,
): Promise<ReadonlySet<Finding>> {
  const marked = new Set<Finding>()
  for (const [file, inFile] of [...Map.groupBy(findings, ({ file }) => file)].slice(0, READ_FILES)) {
    if (file === undefined) continue
    // A file that cannot be read again has no label; its findings count like any other.
    const text = await files.read(workspace, file).catch(() => undefined)
    if (text === undefined) continue
    const isMarked = lookUp(text)
    for (const finding of inFile) if (isMarked(finding)) marked.add(finding)
  }
  return marked
}

/** Reads each line once: a minified file is one line with thousands of findings. */
function lookUp(text: string): (finding: Finding) => boolean {
  const lines = text.split('\n')
  const marks = new Map<number, Mark | undefined>()
  const markOf = (line: number): Mark | undefined => {
    if (!marks.has(line)) marks.set(line, readMark(lines[line - 1] ?? ''))
    return marks.get(line)
  }
  return ({ line, rule }) => {
    if (line === undefined) return false
    const own = markOf(line)
    if (own !== undefined && isFor(own, rule)) return true
    const before = markOf(line - 1)
    return before !== undefined && before.standsAlone && isFor(before, rule)
  }
}
