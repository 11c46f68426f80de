import type { DeploymentState } from '../systems/github/github.ts'
import type { Console } from './console.ts'
import { openGithub } from './open-github.ts'
import type { LostStatus, SavedState } from './state.ts'

/** What this may take, in milliseconds: the job is over, and others may wait for the runner. */
const TERMINAL_MS = 30_000

/**
 * Ends on GitHub what a run has left open: its commit status when that is still pending, and its deployment. What another
 * run has written meanwhile stays.
 *
 * @param lost how the run ended, when it could say so itself but not to GitHub
 */
export async function makeTerminal(
  state: SavedState,
  env: Readonly<Record<string, string | undefined>>,
  console: Console,
  lastSignal: AbortSignal,
  lost: LostStatus | undefined,
): Promise<void> {
  const github = openGithub(env['INPUT_GITHUB-TOKEN'], state.repository, env, console)
  if (github === undefined) return
  const signal = AbortSignal.any([lastSignal, AbortSignal.timeout(TERMINAL_MS)])
  const end = lost ?? ({ state: 'error', description: 'The run was ended before it had a result.' } as const)
  let ended: DeploymentState = end.state === 'pending' ? 'error' : end.state
  if (state.mayDeploy) {
    const now = await github.readStatus(state.commit, state.context, signal)
    const isOurs = now?.targetUrl === state.runUrl
    if (isOurs && (now.state === 'success' || now.state === 'failure')) ended = now.state
    if (isOurs ? now.state === 'pending' : now === undefined && lost !== undefined) {
      const { commit, context, runUrl: targetUrl } = state
      const written = await github.writeStatus({ commit, context, targetUrl, ...end }, signal)
      if (!written.written) console.warn(written.reason)
    }
  }
  const deployment = await github.findDeployment(state.commit, state.deploymentKey, signal)
  if (deployment === undefined) return
  const written = await github.setDeploymentState(
    deployment,
    { state: ended, description: end.description, logUrl: state.runUrl, environmentUrl: undefined },
    signal,
  )
  if (!written.written) console.warn(written.reason)
}
