import { type Config, peekMayDeploy, readTrigger, type Trigger } from '../config/index.ts'
import type { StagegateError } from '../errors/index.ts'
import type { Job } from '../handover/job.ts'
import { type PeekedInputs, peekInputs } from '../inputs/index.ts'
import { isReportAlone } from '../report/conclusion/call.ts'
import { concludeEarly, leavesStanding } from '../report/conclusion/conclude-early.ts'
import { limitLine } from '../report/limit-bytes.ts'
import { STATUS_DESCRIPTION_LIMIT } from '../report/status-description.ts'
import type { CommitStatus } from '../systems/github/github.ts'
import type { Console } from './console.ts'
import { readState } from './call-of.ts'
import { openGithub } from './open-github.ts'
import type { LostStatus } from './state.ts'

/** A terminal status must not make the runner wait longer than this, in milliseconds. */
const STATUS_MS = 20_000

/** A run that ended before it had a plan, and how far it had come. */
export interface EarlyEnd {
  readonly error: StagegateError
  /** What it was at, such as `configuration`. */
  readonly where: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined where it was not read, or could not be. */
  readonly config: Config | undefined
  /** Where the call is one job of the reusable workflow. */
  readonly job: Job | undefined
  readonly lastSignal: AbortSignal
}

/**
 * Gives the commit the terminal status of a run that never had a plan: as the table of docs/steps.md says, and not at all
 * in a dry run, for an event that may not deploy, or from a job that must not write.
 *
 * @returns the status that should have been written and was not
 * @throws StagegateError E_EVENT_UNSUPPORTED
 */
export async function writeEarlyStatus(
  end: EarlyEnd,
  console: Pick<Console, 'http' | 'redact' | 'warn'>,
): Promise<LostStatus | undefined> {
  const { env, error, lastSignal } = end
  const inputs = peekInputs(env)
  const early = await decideEarlyStatus(end)
  if (early === undefined) return undefined
  const { repository, ...status } = early
  const github = openGithub(inputs.githubToken, repository, env, console)
  if (github === undefined) return undefined
  const signal = AbortSignal.any([lastSignal, AbortSignal.timeout(STATUS_MS)])
  if (isReportAlone(inputs.stages)) {
    const now = await github.readStatus(status.commit, status.context, signal)
    if (leavesStanding(inputs.stages, readState(now?.state))) return undefined
  }
  if (error.code === 'E_SECRET_PUBLIC' && console.redact(status.context) !== status.context) {
    console.warn('No commit status is written: the secret is in its context.')
    return undefined
  }
  const written = await github.writeStatus(status, signal)
  if (written.written) return undefined
  console.warn(written.reason)
  return written.refused ? undefined : early
}

/**
 * The status that a run without a plan ends with; undefined where it must not write one.
 *
 * @throws StagegateError E_EVENT_UNSUPPORTED
 */
export async function decideEarlyStatus(end: Omit<EarlyEnd, 'lastSignal'>): Promise<LostStatus | undefined> {
  const { env } = end
  const inputs = peekInputs(env)
  if (inputs.dryRun || end.job?.trusted === false) return undefined
  const trigger = end.config?.trigger ?? (await readTrigger(env))
  const mayDeploy = end.config?.mayDeploy ?? (await peekMayDeploy(trigger, env.GITHUB_WORKSPACE, inputs))
  return mayDeploy ? { ...statusOf(end, inputs, trigger), repository: trigger.repository } : undefined
}

function statusOf(
  { error, where }: Pick<EarlyEnd, 'error' | 'where'>,
  inputs: PeekedInputs,
  trigger: Trigger,
): CommitStatus {
  const description = error.code === 'E_CANCELLED' ? `Cancelled in ${where}.` : `${where}: ${error.message}`
  return {
    commit: trigger.headCommit,
    state: concludeEarly(error, where).commitStatus,
    context: inputs.statusContext,
    description: limitLine(description, STATUS_DESCRIPTION_LIMIT),
    targetUrl: trigger.run.url,
  }
}
