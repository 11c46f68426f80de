import type { Config } from '../config/config.ts'
import { renderError } from '../errors/index.ts'
import type { Inputs } from '../inputs/index.ts'
import {
  findFailure,
  type PipelineEvent,
  type PipelineResult,
  type PlannedStage,
  planPipeline,
  runPipeline,
} from '../pipeline/index.ts'
import { renderPlan } from '../report/plan-text.ts'
import { placeOf } from '../report/run-report.ts'
import type { Outputs } from '../stages/outputs.ts'
import { stages } from '../stages/pipeline.ts'
import type { Systems } from '../stages/systems.ts'
import type { Reporter } from '../stages/report/reporter.ts'
import type { Git } from '../systems/git/git.ts'
import { systemClock } from '../systems/clock/clock.ts'
import { findGaps } from '../systems/clock/activity.ts'
import { composeSystems } from './compose-systems.ts'
import type { Console } from './console.ts'
import { isReportAlone } from './decide-status.ts'
import { openGithub } from './open-github.ts'
import { deploymentKeyOf, GithubWriter } from './github-writer.ts'
import { readLedgerOf } from './read-ledger.ts'
import { createReporter } from './reporter.ts'
import type { RunSignals } from './signals.ts'
import { saveState } from './state.ts'
import { setOutputs } from './set-outputs.ts'

type Planned = readonly PlannedStage<Systems & { readonly reporter: Reporter }>[]

export interface RunOptions {
  readonly config: Config
  readonly inputs: Inputs
  readonly env: Readonly<Record<string, string | undefined>>
  readonly console: Console
  readonly git: Git
  readonly signals: RunSignals
  readonly cores: number
}

/** Plans, says the plan, runs it, and reports. True when the run succeeded. */
export async function runPlan(options: RunOptions): Promise<boolean> {
  const { config, inputs, console, signals } = options
  const github = openGithub(inputs.githubToken, config.trigger.repository, options.env, console)
  const ledger = await readLedgerOf(github, config, console.warn, signals.signal)
  const plan: Planned = planPipeline(stages, config, config.selection, ledger)
  console.output.info(renderPlan(plan))
  await console.runnerFiles.setOutput('plan', console.redact(renderPlan(plan)))
  if (inputs.dryRun) {
    console.output.info('This is a dry run: nothing was run and nothing was changed.')
    return true
  }

  const { trigger, statusContext } = config
  await saveState(console.runnerFiles, {
    commit: trigger.headCommit,
    context: statusContext,
    repository: trigger.repository,
    runUrl: trigger.run.url,
    temporary: config.temporary,
    runMark: console.runMark,
    mayDeploy: config.mayDeploy,
    deploymentKey: deploymentKeyOf(config),
  })
  const writer =
    github && new GithubWriter(github, config, { signal: signals.lastSignal, redact: console.redact })
  // A call of the report alone judges what earlier calls have left: it must not overwrite it first.
  if (!isReportAlone(config.selection.stages))
    writer?.setStatus('pending', `${config.service} ${config.version}: the run has started.`)

  const result = await execute(options, plan, writer, github)
  await setOutputs(console.runnerFiles, config, result, console.redact)
  sayResult(console, result)
  return result.status === 'success'
}

async function execute(
  options: RunOptions,
  plan: Planned,
  writer: GithubWriter | undefined,
  github: ReturnType<typeof openGithub>,
): Promise<PipelineResult> {
  const { config, inputs, env, console, signals } = options
  const { activity, startedAt } = console
  const elapsed = (): number => systemClock.monotonic() - startedAt
  const reporter = createReporter({
    config,
    files: console.files,
    runnerFiles: console.runnerFiles,
    writer,
    redact: console.redact,
    elapsed,
    overhead() {
      const gaps = findGaps(activity.spans(), startedAt, systemClock.monotonic())
      const longest = gaps
        .toSorted((one, other) => other.endMs - other.startMs - (one.endMs - one.startMs))
        .slice(0, 5)
      return {
        ownMs: gaps.reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0),
        gaps: longest.map((gap) => ({
          from: gap.startMs - startedAt,
          to: gap.endMs - startedAt,
          after: gap.after,
        })),
      }
    },
    warnings: console.warnings,
    async readStatus() {
      if (!isReportAlone(config.selection.stages) || github === undefined) return undefined
      return (await github.readStatus(config.trigger.headCommit, config.statusContext, signals.lastSignal))
        ?.state
    },
  })
  const systems = {
    ...composeSystems({
      ...console,
      git: options.git,
      inputs,
      env,
      imageRepository: config.image.configured ? config.image.repository : undefined,
    }),
    reporter,
  }
  return runPipeline<Outputs, Config, typeof systems>({
    stages,
    plan,
    systems,
    surroundings: {
      elapsed,
      deadline: (milliseconds, reason) => systemClock.deadline(milliseconds, reason),
      openLog: (stage, step, summary) => console.output.openLog(stage, step, summary),
      warn: console.warn,
    },
    signal: signals.signal,
    lastSignal: signals.lastSignal,
    concurrency: Math.max(2, options.cores),
    listen(event: PipelineEvent) {
      writer?.listen(event)
    },
  })
}

/** The last lines of the log: the result, and for a failure everything that is needed to go on. */
function sayResult(console: Console, result: PipelineResult): void {
  const failure = findFailure(result.stages)
  if (failure !== undefined) console.output.error(renderError(failure.error, placeOf(failure)))
  console.output.info(`Result: ${result.status}.`)
}
