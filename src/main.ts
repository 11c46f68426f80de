import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from './config/index.ts'
import { toStagegateError } from './errors/index.ts'
import { readInputs } from './inputs/index.ts'
import { finish } from './main/exit-code.ts'
import { failBeforePlan } from './main/fail-before-plan.ts'
import { openConsole } from './main/console.ts'
import { runPlan } from './main/run-plan.ts'
import { listenToSignals } from './main/signals.ts'
import { markFinished, markMain } from './main/state.ts'

/** The step itself: inputs → configuration → plan → run → report → outputs. Alone says how the step ended. */
export async function main(process: NodeJS.Process): Promise<void> {
  const { env } = process
  const console = openConsole(process)
  const temporary = await makeTemporaryFolder(env['RUNNER_TEMP'])
  let success = false
  let where = 'inputs'
  try {
    await markMain(console.runnerFiles)
    const inputs = readInputs(env, console.warn)
    const signals = listenToSignals(process, console.clock, inputs.timeoutMs)
    try {
      where = 'configuration'
      const config = await loadConfig({ inputs, env, temporary })
      where = 'plan'
      success = await runPlan({ config, inputs, env, console, signals, cores: availableParallelism() })
    } finally {
      signals.close()
    }
  } catch (thrown) {
    await failBeforePlan(toStagegateError(thrown), where, env, console)
  } finally {
    await rm(temporary, { recursive: true, force: true })
    await markFinished(console.runnerFiles)
    await console.close()
  }
  finish(process, success)
}

/** 0700, and with a name that no earlier tenant of the machine could have prepared. */
async function makeTemporaryFolder(runnerTemp: string | undefined): Promise<string> {
  const parent = runnerTemp ?? tmpdir()
  await mkdir(parent, { recursive: true })
  return mkdtemp(join(parent, 'stagegate-'))
}
