import { escapeInline } from '../report/escape-markdown.ts'
import type { Console } from './console.ts'

/**
 * The end of a run that has nothing to do, such as after the deletion of a branch: it is over, and well. No status is
 * written: there is no commit that it could be on.
 *
 * @param why one sentence
 */
export async function endWithNothing(
  why: string,
  { output, runnerFiles, redact, warn }: Pick<Console, 'output' | 'runnerFiles' | 'redact' | 'warn'>,
): Promise<void> {
  output.info(`Nothing to do. ${why}`)
  try {
    await runnerFiles.setOutput('result', 'success')
    await runnerFiles.writeSummary(`## ✅ Nothing to do\n\n${escapeInline(redact(why))}\n`)
  } catch (thrown) {
    warn(`Summary and outputs were not written: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}
