import { readTrigger } from '../config/index.ts'
import { renderError, type StagegateError } from '../errors/index.ts'
import { codeBlock } from '../report/escape-markdown.ts'
import { limitLine } from '../report/limit-bytes.ts'
import { STATUS_DESCRIPTION_LIMIT } from '../report/status-description.ts'
import type { CommitStatus } from '../systems/github/github.ts'
import type { Console } from './console.ts'
import { isNoVerdict } from './decide-status.ts'
import { openGithub } from './open-github.ts'

/** A terminal status must not make the runner wait longer than this, in milliseconds. */
const STATUS_MS = 20_000

/**
 * The end of a run that failed or was cancelled before it had a plan: bad inputs, a bad configuration, no checkout. The
 * error goes to the log and the summary, and the commit gets its terminal status where the API can be reached.
 *
 * @returns the status that should have been written and was not
 */
export async function failBeforePlan(
  error: StagegateError,
  where: string,
  env: Readonly<Record<string, string | undefined>>,
  console: Console,
  lastSignal: AbortSignal,
): Promise<CommitStatus | undefined> {
  const text = renderError(error, where)
  const isCancelled = error.code === 'E_CANCELLED'
  if (isCancelled) console.output.info(error.message)
  else console.output.error(text)
  const title = isCancelled ? `## ⏹️ Cancelled in ${where}` : `## ❌ ${where} failed`
  try {
    const { runnerFiles } = console
    await runnerFiles.setOutput('result', isCancelled ? 'cancelled' : 'failure')
    await runnerFiles.setOutput('failed-stage', isCancelled ? '' : where)
    await runnerFiles.writeSummary(`${title}\n\n${codeBlock(console.redact(text))}\n`)
  } catch (thrown) {
    console.warn(`Summary and outputs were not written: ${messageOf(thrown)}`)
  }
  try {
    return await writeStatus(error, where, env, console, lastSignal)
  } catch (thrown) {
    console.warn(`The commit status was not written: ${messageOf(thrown)}`)
    return undefined
  }
}

async function writeStatus(
  error: StagegateError,
  where: string,
  env: Readonly<Record<string, string | undefined>>,
  console: Console,
  lastSignal: AbortSignal,
): Promise<CommitStatus | undefined> {
  const trigger = await readTrigger(env)
  if (trigger.untrusted !== undefined || trigger.pullRequest !== undefined) return undefined
  const github = openGithub(env['INPUT_GITHUB-TOKEN'], trigger.repository, env, console)
  if (github === undefined) return undefined
  const context = env['INPUT_STATUS-CONTEXT'] ?? ''
  const description = error.code === 'E_CANCELLED' ? `Cancelled in ${where}.` : `${where}: ${error.message}`
  const status: CommitStatus = {
    commit: trigger.headCommit,
    state: isNoVerdict(error.code) ? 'error' : 'failure',
    context: context === '' ? 'Staging Deployment' : context,
    description: limitLine(description, STATUS_DESCRIPTION_LIMIT),
    targetUrl: trigger.run.url,
  }
  const signal = AbortSignal.any([lastSignal, AbortSignal.timeout(STATUS_MS)])
  const written = await github.writeStatus(status, signal)
  if (written.written) return undefined
  console.warn(written.reason)
  return written.refused ? undefined : status
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
