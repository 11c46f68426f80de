import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { StagegateError, toStagegateError } from './errors/index.ts'
import { type Console, openConsole } from './main/console.ts'
import { finish, onCrash } from './main/exit-code.ts'
import { explainLeft } from './main/explain-left.ts'
import type { RunSignals } from './main/signals.ts'
import {
  type Begun,
  isFinished,
  type LostStatus,
  readBegun,
  readLost,
  readReached,
  readState,
} from './main/state.ts'
import { removeConnectionsFolder } from './systems/ansible/connections-folder.ts'
import { endRun } from './systems/runner/end-run.ts'

/**
 * After the job's last step. A main that ended by itself has left nothing to do, nor has one that was ended before it had
 * begun anything. After one that was killed its children are ended, the commit status and the deployment become terminal,
 * and the temporary folder goes. The lock ends by expiry and the Vault token by its own time: no token is ever saved.
 */
export async function post(process: NodeJS.Process, signals: RunSignals): Promise<void> {
  const { env } = process
  // A clean-up that fails must not turn the job's result.
  onCrash(() => {
    finish(process, true)
    process.exit(0)
  })
  signals.onLate(() => process.exit(1))
  if (!isFinished(env)) {
    const console = openConsole(process, env.RUNNER_TEMP ?? tmpdir())
    const begun = readBegun(env)
    if (begun === undefined)
      console.output.info('The main step was ended before it had begun anything: nothing is left to be done.')
    else await cleanUp(begun, env, console, signals)
    console.close()
  }
  signals.close()
  finish(process, true)
}

async function cleanUp(
  begun: Begun,
  env: NodeJS.ProcessEnv,
  console: Console,
  { lastSignal }: RunSignals,
): Promise<void> {
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      await act()
    } catch (thrown) {
      console.warn(toStagegateError(thrown).message)
    }
  }
  const state = readState(env)
  const lost = readLost(env)
  console.output.info(
    lost === undefined
      ? 'The main step was ended from outside; its traces are made terminal.'
      : 'GitHub did not take the result of the main step.',
  )
  // First: what still runs could go on to change what is made terminal.
  await attempt(async () => {
    const ended = await endRun(begun.runMark, console.clock)
    if (ended > 0) console.output.info(`Ended ${ended} of its commands that were still running.`)
  })
  await attempt(() => rm(begun.temporary, { recursive: true, force: true }))
  await attempt(() => removeConnectionsFolder(begun.temporary))
  await attempt(async () => {
    // Seldom needed, and large: most runs end by themselves.
    const { makeTerminal } = await import('./main/make-terminal.ts')
    const end = lost ?? (state === undefined ? await statusWithoutPlan(env) : undefined)
    await makeTerminal({ state, lost: end, startedAt: begun.startedAt }, env, console, lastSignal)
  })
  if (state === undefined || lost !== undefined) return
  for (const line of explainLeft(state, readReached(env))) console.output.info(line)
}

/**
 * The status of a run that was ended before it had a plan: an earlier call of it may have left one that waits. In the
 * reusable workflow the job report does this.
 */
async function statusWithoutPlan(env: NodeJS.ProcessEnv): Promise<LostStatus | undefined> {
  if ((env.INPUT_NEEDS ?? '') !== '') return undefined
  const { decideEarlyStatus } = await import('./main/early-status.ts')
  const error = new StagegateError('E_INTERNAL_UNFINISHED', {
    message: 'The run was ended before it had a plan.',
  })
  return decideEarlyStatus({ error, where: 'start', env, config: undefined, job: undefined }).catch(
    () => undefined,
  )
}
