import type { Config } from '../config/config.ts'
import type { Job } from '../handover/job.ts'
import { type Call, isReportAlone, type Standing } from '../report/conclusion/call.ts'
import { toStagegateError } from '../errors/index.ts'
import type { GitHub } from '../systems/github/github.ts'

/** What the conclusion has to know of this call. */
export function callOf(
  config: Config,
  job: Pick<Job, 'id'> | undefined,
  standing: Standing | undefined,
): Call {
  return {
    asked: config.selection.stages,
    job: job?.id,
    mayDeploy: config.mayDeploy,
    hasLedger: config.selection.noLedger !== true,
    standing,
    testsMayBeNone: mayHaveNoTests(config),
  }
}

/** Whether the stage `test` can pass without a test: each of its steps may fail, or find none, or leaves no report. */
export function mayHaveNoTests({ test: { unit, integration } }: Config): boolean {
  return [unit, integration].every(
    (step) => !step.configured || !step.critical || step.allowNoTests || step.reports.length === 0,
  )
}

/**
 * The commit status that earlier calls have left, for a call of `report` alone; undefined for any other call.
 *
 * @param warn gets why it could not be read
 */
export async function readStanding(
  { selection, trigger, statusContext, mayDeploy }: Config,
  github: Pick<GitHub, 'readStatus'> | undefined,
  warn: (text: string) => void,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  if (!isReportAlone(selection.stages)) return undefined
  if (!mayDeploy) return { state: 'none', isOwn: false }
  if (github === undefined) return { state: 'unknown', isOwn: false }
  try {
    const now = await github.readStatus(trigger.headCommit, statusContext, signal)
    const run = `/${trigger.repository}/actions/runs/${trigger.run.id}/attempts/`
    return { state: readState(now?.state), isOwn: now?.targetUrl.includes(run) ?? false }
  } catch (thrown) {
    signal.throwIfAborted()
    warn(`The commit status cannot be read: ${toStagegateError(thrown).message}`)
    return { state: 'unknown', isOwn: false }
  }
}

/** The state of a commit status as GitHub says it; undefined where there is none. */
export function readState(state: string | undefined): Standing['state'] {
  const known = (['success', 'failure', 'error', 'pending'] as const).find((each) => each === state)
  return state === undefined ? 'none' : (known ?? 'unknown')
}
