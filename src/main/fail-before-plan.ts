import { renderError } from '../errors/index.ts'
import { concludeEarly } from '../report/conclusion/conclude-early.ts'
import { codeBlock } from '../report/escape-markdown.ts'
import type { Console } from './console.ts'
import { type EarlyEnd, writeEarlyStatus } from './early-status.ts'
import type { LostStatus } from './state.ts'

/**
 * The end of a run that failed or was cancelled before it had a plan: bad inputs, a bad configuration, no checkout. The
 * error goes to the log and the summary, and the commit gets its terminal status where the API can be reached.
 *
 * @returns the status that should have been written and was not
 */
export async function failBeforePlan(end: EarlyEnd, console: Console): Promise<LostStatus | undefined> {
  const { error, where } = end
  const text = renderError(error, where)
  const { result, failedStage } = concludeEarly(error, where)
  const isCancelled = result === 'cancelled'
  if (isCancelled) console.output.info(error.message)
  else console.output.error(text)
  const title = isCancelled ? `## ⏹️ Cancelled in ${where}` : `## ❌ ${where} failed`
  try {
    const { runnerFiles } = console
    await runnerFiles.setOutput('result', result)
    await runnerFiles.setOutput('failed-stage', failedStage)
    await runnerFiles.writeSummary(`${title}\n\n${codeBlock(console.redact(text))}\n`)
  } catch (thrown) {
    console.warn(`Summary and outputs were not written: ${messageOf(thrown)}`)
  }
  try {
    return await writeEarlyStatus(end, console)
  } catch (thrown) {
    console.warn(`The commit status was not written: ${messageOf(thrown)}`)
    return undefined
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
