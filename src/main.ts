import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config/index.ts'
import { toStagegateError } from './errors/index.ts'
import { decideJob, type Job } from './handover/job.ts'
import { readInputs } from './inputs/index.ts'
import { boundYoungGeneration } from './main/bound-young-generation.ts'
import { type Console, openConsole } from './main/console.ts'
import { checkRunnerFiles } from './main/check-runner-files.ts'
import { createEndAtOnce, type EndAtOnce } from './main/end-at-once.ts'
import { finish, onCrash } from './main/exit-code.ts'
import { endWithNothing } from './main/end-with-nothing.ts'
import { failBeforePlan } from './main/fail-before-plan.ts'
import { makeTemporary } from './main/make-temporary.ts'
import { openCheckout } from './main/open-checkout.ts'
import { openGit } from './main/open-git.ts'
import { loadJobConfig } from './main/jobs/load-job-config.ts'
import { type Ended, runPlan } from './main/run-plan.ts'
import type { RunSignals } from './main/signals.ts'
import { markFinished, markLost, markMain } from './main/state.ts'
import { openWatchdog, type Watchdog } from './main/watchdog/watchdog.ts'
import {
  removeConnectionsFolder,
  removeConnectionsFolderAtOnce,
} from './systems/ansible/connections-folder.ts'
import { endRun } from './systems/runner/end-run.ts'

/** What is still alive when everything has ended is given this long, in milliseconds. */
const LAST_GRACE_MS = 300

/** The step itself: inputs → configuration → plan → run → report → outputs. Alone says how the step ended. */
export async function main(process: NodeJS.Process, signals: RunSignals): Promise<void> {
  boundYoungGeneration()
  const { env } = process
  // A name that no earlier tenant of the machine could have prepared.
  const temporary = join(env.RUNNER_TEMP ?? tmpdir(), `stagegate-${randomUUID()}`)
  const console = openConsole(process, temporary)
  const isRunner = env.GITHUB_ACTIONS === 'true'
  const watchdog = openWatchdog(
    process.argv[1] ?? '',
    { runMark: console.runMark, temporary, isRunner },
    (thrown) => {
      console.warn(`Nothing ends the run should it be blocked: ${toStagegateError(thrown).message}`)
    },
  )
  const atOnce = createEndAtOnce(process, () => {
    rmSync(temporary, { recursive: true, force: true })
    removeConnectionsFolderAtOnce(temporary)
  })
  atOnce.add(() => endRun(console.runMark, console.clock, 0))
  signals.onLate(() => void atOnce.run())
  // Also what has left its process group, and so is not ended with its step.
  signals.signal.addEventListener('abort', () => void endRun(console.runMark, console.clock))

  const ended = await run({ env, temporary, console, signals, atOnce, watchdog })
  await endCommands(console)
  const { lastSignal } = signals
  const stands = await checkRunnerFiles({ ...ended, crashed: signals.crashed(), env, lastSignal }, console)
  await cleanUp(console, temporary, ended.lost)
  onCrash(undefined)
  signals.close()
  watchdog.close()
  console.close()
  finish(process, ended.success && stands && signals.crashed() === undefined)
}

interface Run {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly temporary: string
  readonly console: Console
  readonly signals: RunSignals
  readonly atOnce: EndAtOnce
  readonly watchdog: Watchdog
}

/** How a run ended, and what is known of it by then. */
type Told = Ended & { readonly config: Config | undefined; readonly job: Job | undefined }

async function run({ env, temporary, console, signals, atOnce, watchdog }: Run): Promise<Told> {
  let where = 'runner'
  let job: Job | undefined
  let config: Config | undefined
  try {
    await console.runnerFiles.check()
    const startedAt = console.clock.now().toISOString()
    await markMain(console.runnerFiles, { temporary, runMark: console.runMark, startedAt })
    await makeTemporary(temporary)
    where = 'inputs'
    const inputs = readInputs(env, console.warn)
    signals.limit(inputs.timeoutMs)
    watchdog.limit(inputs.timeoutMs)
    where = 'checkout'
    const git = openGit(console, inputs, env)
    const trigger = await openCheckout(git, inputs, env, signals.signal, console)
    if (trigger.nothingToDo !== undefined) {
      await endWithNothing(trigger.nothingToDo, console)
      return { success: true, lost: undefined, config, job }
    }
    where = 'configuration'
    job = inputs.needs === undefined ? undefined : decideJob(inputs.stages, inputs)
    config = await loadJobConfig(job, { inputs, env, temporary, trigger })
    where = 'plan'
    signals.signal.throwIfAborted()
    const cores = availableParallelism()
    const ended = await runPlan({ config, inputs, job, env, console, git, signals, atOnce, watchdog, cores })
    return { ...ended, config, job }
  } catch (thrown) {
    const error = toStagegateError(thrown)
    const end = { error, where, env, config, job, lastSignal: signals.lastSignal }
    const lost = await failBeforePlan(end, console)
    return { success: false, lost, config, job }
  }
}

async function endCommands(console: Console): Promise<void> {
  await attempt(console, 'Not every command of the run could be ended', () =>
    endRun(console.runMark, console.clock, LAST_GRACE_MS),
  )
}

/** Each part on its own: a full disk that keeps one from being done is no reason to leave the others. */
async function cleanUp(console: Console, temporary: string, lost: Ended['lost']): Promise<void> {
  await attempt(console, 'The temporary folder could not be removed', () =>
    rm(temporary, { recursive: true, force: true }),
  )
  await attempt(console, 'The folder of ssh connections could not be removed', () =>
    removeConnectionsFolder(temporary),
  )
  await attempt(console, 'The state for the end of the job could not be saved', () =>
    lost === undefined ? markFinished(console.runnerFiles) : markLost(console.runnerFiles, lost),
  )
}

async function attempt({ warn }: Console, what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (thrown) {
    warn(`${what}: ${toStagegateError(thrown).message}`)
  }
}
