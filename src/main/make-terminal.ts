import type { CommitStatus, DeploymentState, GitHub } from '../systems/github/github.ts'
import type { Console } from './console.ts'
import { openGithub } from './open-github.ts'
import type { LostStatus, SavedState } from './state.ts'
import { wroteBefore } from './wrote-before.ts'

/** What this may take, in milliseconds: the job is over, and others may wait for the runner. */
const TERMINAL_MS = 30_000

/** What main has left of itself. */
export interface Traces {
  /** Undefined when it ended before it had a plan. */
  readonly state: SavedState | undefined
  /** How it ended, when it could say so itself but not to GitHub. */
  readonly lost: LostStatus | undefined
  /** When it started, in ISO 8601. */
  readonly startedAt: string
}

const DIED = { state: 'error', description: 'The run was ended before it had a result.' } as const

/**
 * Ends on GitHub what a run has left open: its commit status, and its deployment. What another run has written since it
 * started stays; what was there before it is replaced, since it says nothing of this run.
 *
 * @throws StagegateError E_GITHUB_*
 */
export async function makeTerminal(
  traces: Traces,
  env: Readonly<Record<string, string | undefined>>,
  console: Pick<Console, 'http' | 'redact' | 'warn' | 'output'>,
  lastSignal: AbortSignal,
): Promise<void> {
  const repository = traces.state?.repository ?? traces.lost?.repository
  if (repository === undefined) return
  const github = openGithub(env['INPUT_GITHUB-TOKEN'], repository, env, console)
  if (github === undefined) return
  const signal = AbortSignal.any([lastSignal, AbortSignal.timeout(TERMINAL_MS)])
  const ended = await endStatus(traces, github, console, signal)
  if (traces.state !== undefined) await endDeployment(traces.state, ended, github, console, signal)
}

/** How the run ended, as far as it is known now. */
type End = Pick<CommitStatus, 'description'> & { readonly state: DeploymentState }

async function endStatus(
  { state, lost, startedAt }: Traces,
  github: GitHub,
  { output, warn }: Pick<Console, 'output' | 'warn'>,
  signal: AbortSignal,
): Promise<End> {
  const status = lost ?? (state?.mayDeploy === true ? diedOf(state) : undefined)
  const { description } = status ?? DIED
  const end: End = {
    state: status === undefined || status.state === 'pending' ? 'error' : status.state,
    description,
  }
  if (status === undefined) return end
  const now = await github.readStatus(status.commit, status.context, signal)
  const isOurs = now?.targetUrl === status.targetUrl
  if (isOurs && (now.state === 'success' || now.state === 'failure')) return { ...end, state: now.state }
  if (isOurs && (now.state !== 'pending' || status.state === 'pending')) return end
  if (now !== undefined && !isOurs && !wroteBefore(now, status.targetUrl, startedAt)) {
    output.info('The commit status is left as it is: another run has written it since.')
    return end
  }
  const written = await github.writeStatus(status, signal)
  if (written.written) output.info(`The commit status is written now: ${status.state}.`)
  else warn(written.reason)
  return end
}

function diedOf({ commit, context, runUrl: targetUrl }: SavedState): CommitStatus {
  return { commit, context, targetUrl, ...DIED }
}

async function endDeployment(
  { commit, deploymentKey, runUrl: logUrl }: SavedState,
  { state, description }: End,
  github: GitHub,
  { warn }: Pick<Console, 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  const found = await github.findDeployment(commit, deploymentKey, signal)
  if (found === undefined || found.isEnded) return
  const end = { state, description, logUrl, environmentUrl: undefined }
  const written = await github.setDeploymentState(found.id, end, signal)
  const reason = written.written ? written.unfinished : written.reason
  if (reason !== undefined) warn(reason)
}
