import type { Finding } from '../../../findings/index.ts'
import type { ScannerSystems } from '../scanner.ts'
import { isMarked } from './is-marked.ts'

/** Files with findings that are read again. More than anybody reads of one scan. */
const READ_FILES = 2000

/** The findings that a comment in the code marks as no finding. They count all the same: the gate does not read comments. */
export async function findMarked(
  findings: readonly Finding[],
  workspace: string,
  { files }: ScannerSystems,
): Promise<ReadonlySet<Finding>> {
  const marked = new Set<Finding>()
  for (const [file, inFile] of [...Map.groupBy(findings, ({ file }) => file)].slice(0, READ_FILES)) {
    if (file === undefined) continue
    // A file that cannot be read again has no label; its findings count like any other.
    const text = await files.read(workspace, file).catch(() => undefined)
    if (text === undefined) continue
    const lines = text.split('\n')
    for (const finding of inFile) {
      if (finding.line !== undefined && isMarked(lines, finding.line, finding.rule)) marked.add(finding)
    }
  }
  return marked
}
