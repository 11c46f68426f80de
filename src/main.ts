import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTrigger } from './config/index.ts'
import { toStagegateError } from './errors/index.ts'
import { decideJob } from './handover/job.ts'
import { readInputs } from './inputs/index.ts'
import { finish } from './main/exit-code.ts'
import { failBeforePlan } from './main/fail-before-plan.ts'
import { openConsole } from './main/console.ts'
import { openGit } from './main/open-git.ts'
import { loadJobConfig } from './main/jobs/load-job-config.ts'
import { runPlan } from './main/run-plan.ts'
import { listenToSignals } from './main/signals.ts'
import { markFinished, markMain } from './main/state.ts'
import { checkoutFolder, placeCommit } from './stages/checkout/place-commit.ts'

/** The step itself: inputs → configuration → plan → run → report → outputs. Alone says how the step ended. */
export async function main(process: NodeJS.Process): Promise<void> {
  const { env } = process
  const temporary = await makeTemporaryFolder(env.RUNNER_TEMP)
  const console = openConsole(process, temporary)
  let success = false
  let where = 'inputs'
  try {
    await markMain(console.runnerFiles)
    const inputs = readInputs(env, console.warn)
    const signals = listenToSignals(process, console.clock, inputs.timeoutMs)
    try {
      where = 'checkout'
      const git = openGit(console, inputs, env)
      await placeCommit(git, await readTrigger(env), checkoutFolder(env), signals.signal, (text) => {
        console.output.info(text)
      })
      where = 'configuration'
      const job = inputs.needs === undefined ? undefined : decideJob(inputs.stages, inputs)
      const config = await loadJobConfig(job, { inputs, env, temporary })
      where = 'plan'
      success = await runPlan({
        config,
        inputs,
        job,
        env,
        console,
        git,
        signals,
        cores: availableParallelism(),
      })
    } finally {
      signals.close()
    }
  } catch (thrown) {
    await failBeforePlan(toStagegateError(thrown), where, env, console)
  } finally {
    await rm(temporary, { recursive: true, force: true })
    await markFinished(console.runnerFiles)
    console.close()
  }
  finish(process, success)
}

/** 0700, and with a name that no earlier tenant of the machine could have prepared. */
async function makeTemporaryFolder(runnerTemp: string | undefined): Promise<string> {
  const parent = runnerTemp ?? tmpdir()
  await mkdir(parent, { recursive: true })
  return mkdtemp(join(parent, 'stagegate-'))
}
