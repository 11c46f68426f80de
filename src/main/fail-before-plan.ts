import { readTrigger } from '../config/index.ts'
import { renderError, type StagegateError } from '../errors/index.ts'
import { codeBlock } from '../report/escape-markdown.ts'
import { limitLine } from '../report/limit-bytes.ts'
import { STATUS_DESCRIPTION_LIMIT } from '../report/status-description.ts'
import type { Console } from './console.ts'
import { openGithub } from './open-github.ts'

/** A terminal status must not make the runner wait longer than this, in milliseconds. */
const STATUS_MS = 20_000

/**
 * The end of a run that failed before it had a plan: bad inputs, a bad configuration, no checkout. The error goes to the
 * log and the summary, and the commit gets its terminal status where the API can be reached.
 */
export async function failBeforePlan(
  error: StagegateError,
  where: string,
  env: Readonly<Record<string, string | undefined>>,
  console: Console,
): Promise<void> {
  const text = renderError(error, where)
  console.output.error(text)
  const { runnerFiles } = console
  await runnerFiles.setOutput('result', 'failure')
  await runnerFiles.setOutput('failed-stage', where)
  await runnerFiles.writeSummary(`## ❌ ${where} failed\n\n${codeBlock(console.redact(text))}\n`)
  try {
    await writeStatus(error, where, env, console)
  } catch (thrown) {
    console.warn(
      `The commit status was not written: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    )
  }
}

async function writeStatus(
  error: StagegateError,
  where: string,
  env: Readonly<Record<string, string | undefined>>,
  console: Console,
): Promise<void> {
  const trigger = await readTrigger(env)
  if (trigger.untrusted !== undefined || trigger.pullRequest !== undefined) return
  const github = openGithub(env['INPUT_GITHUB-TOKEN'], trigger.repository, env, console)
  if (github === undefined) return
  const context = env['INPUT_STATUS-CONTEXT'] ?? ''
  const written = await github.writeStatus(
    {
      commit: trigger.headCommit,
      state: 'failure',
      context: context === '' ? 'Staging Deployment' : context,
      description: limitLine(`${where}: ${error.message}`, STATUS_DESCRIPTION_LIMIT),
      targetUrl: trigger.run.url,
    },
    AbortSignal.timeout(STATUS_MS),
  )
  if (!written.written) console.warn(written.reason)
}
