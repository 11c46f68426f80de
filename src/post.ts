import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { toStagegateError } from './errors/index.ts'
import { openConsole } from './main/console.ts'
import { finish } from './main/exit-code.ts'
import { openGithub } from './main/open-github.ts'
import { isFinished, readState, type SavedState } from './main/state.ts'
import { endRun } from './systems/runner/end-run.ts'

/** What post may take, in milliseconds: the job is over, and others may wait for the runner. */
const POST_MS = 30_000

/**
 * After the job's last step. A main that ended by itself has left nothing to do; after one that was killed its children
 * are ended, the commit status and the deployment become terminal, and the temporary folder goes. The lock ends by expiry
 * and the Vault token by its own time: no token is ever saved.
 */
export async function post(process: NodeJS.Process): Promise<void> {
  const console = openConsole(process, process.env.RUNNER_TEMP ?? tmpdir())
  try {
    const state = readState(process.env)
    if (state !== undefined && !isFinished(process.env)) {
      console.output.info('The main step was ended from outside; its traces are made terminal.')
      // First: what still runs could go on to change what is made terminal.
      const ended = await endRun(state.runMark, console.clock)
      if (ended > 0) console.output.info(`Ended ${ended} of its commands that were still running.`)
      await makeTerminal(state, process.env, console)
      await rm(state.temporary, { recursive: true, force: true })
      console.output.info(
        'The lock expires by itself within a minute, the Vault token with the time of its role.',
      )
    }
  } catch (thrown) {
    // A clean-up that fails must not turn the job's result.
    console.warn(toStagegateError(thrown).message)
  } finally {
    console.close()
  }
  finish(process, true)
}

async function makeTerminal(
  state: SavedState,
  env: Readonly<Record<string, string | undefined>>,
  console: ReturnType<typeof openConsole>,
): Promise<void> {
  const github = openGithub(env['INPUT_GITHUB-TOKEN'], state.repository, env, console)
  if (github === undefined) return
  const signal = AbortSignal.timeout(POST_MS)
  const description = 'The run was ended before it had a result.'
  if (state.mayDeploy) {
    const now = await github.readStatus(state.commit, state.context, signal)
    if (now?.state === 'pending' && now.targetUrl === state.runUrl) {
      const { commit, context, runUrl: targetUrl } = state
      const written = await github.writeStatus(
        { commit, state: 'error', context, description, targetUrl },
        signal,
      )
      if (!written.written) console.warn(written.reason)
    }
  }
  const deployment = await github.findDeployment(state.commit, state.deploymentKey, signal)
  if (deployment === undefined) return
  const written = await github.setDeploymentState(
    deployment,
    { state: 'error', description, logUrl: state.runUrl, environmentUrl: undefined },
    signal,
  )
  if (!written.written) console.warn(written.reason)
}
