import type { Config } from '../config/config.ts'
import { renderError, toStagegateError } from '../errors/index.ts'
import type { Job } from '../handover/job.ts'
import type { Inputs } from '../inputs/index.ts'
import {
  type LedgerEntry,
  type PipelineEvent,
  type PipelineResult,
  type PlannedStage,
  planPipeline,
  runPipeline,
} from '../pipeline/index.ts'
import { renderPlan } from '../report/plan-text.ts'
import { type Call as AboutCall, isReportAlone } from '../report/conclusion/call.ts'
import { conclude, concludedDry, type Conclusion } from '../report/conclusion/conclude.ts'
import { placeOf } from '../report/run-report.ts'
import type { Outputs } from '../stages/outputs.ts'
import { stages } from '../stages/pipeline.ts'
import type { Systems } from '../stages/systems.ts'
import type { Reporter } from '../stages/report/reporter.ts'
import type { Git } from '../systems/git/git.ts'
import { withPauses } from '../systems/clock/activity.ts'
import { systemClock } from '../systems/clock/clock.ts'
import type { GitHub } from '../systems/github/github.ts'
import { annotateInLog } from './annotate-in-log.ts'
import { composeSystems } from './compose-systems.ts'
import { callOf, readStanding } from './call-of.ts'
import { type Call, type CallPlan, type Earlier, openCall } from './jobs/open-call.ts'
import { leaveResult } from './jobs/leave-result.ts'
import type { Console } from './console.ts'
import type { EndAtOnce } from './end-at-once.ts'
import { endEarly } from './end-early.ts'
import { runDry } from './dry-run.ts'
import { openGithub } from './open-github.ts'
import { askGithub } from './ask-github.ts'
import { GithubPatience } from './github-patience.ts'
import { GithubWriter } from './github-writer.ts'
import { dropVanished } from './ledger/drop-vanished.ts'
import { openLedger } from './ledger/open-ledger.ts'
import { readLedger } from './ledger/read-ledger.ts'
import { recordWrites } from './record-writes.ts'
import { makeBuildAgain } from './make-build-again.ts'
import { openReporter } from './open-reporter.ts'
import type { RunSignals } from './signals.ts'
import { savedStateOf } from './saved-state-of.ts'
import { type LostStatus, markReached, saveState } from './state.ts'
import { setOutput } from './set-output.ts'
import { setOutputs } from './set-outputs.ts'
import { publicTextsOf, publicTextsOfImage } from './public-texts-of.ts'
import type { Watchdog } from './watchdog/watchdog.ts'

type AllSystems = Systems & { readonly reporter: Reporter }

export interface RunOptions {
  readonly config: Config
  readonly inputs: Inputs
  /** Set where this call is one job of the reusable workflow. */
  readonly job: Job | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly console: Console
  readonly git: Git
  readonly signals: RunSignals
  readonly atOnce: EndAtOnce
  readonly watchdog: Watchdog
  readonly cores: number
}

/** How a run ended. */
export interface Ended {
  readonly success: boolean
  /** What GitHub did not take of the end, for `post` to try again. */
  readonly lost: LostStatus | undefined
}

/** Plans, says the plan, runs it, and reports. */
export async function runPlan(options: RunOptions): Promise<Ended> {
  const { config, inputs, console, signals } = options
  console.publish(publicTextsOf(config, options.env))
  const opened = openGithub(inputs.githubToken, config.trigger.repository, options.env, console)
  const own = { commit: config.trigger.headCommit, context: config.statusContext }
  const writes = opened && recordWrites(opened, own)
  const github = writes?.github
  const call = await openCall(options)
  const writing = await openLedger(options)
  const { warn } = console
  const patience = new GithubPatience(console.clock)
  const passed = call.readsLedger
    ? await readLedger({
        ...{ github, config, ...writing, patience },
        ...(call.ledgerForm === undefined ? {} : { form: call.ledgerForm }),
        ...{ warn, signal: signals.signal },
      })
    : new Map<string, LedgerEntry>()
  const parts = { options, call, patience, github }
  const asking = openSystems({
    ...parts,
    ...{
      writer: undefined,
      earlier: { elapsedMs: 0, warnings: [] },
      about: callOf(config, options.job, undefined),
    },
  })
  const ledger = await dropVanished(passed, asking, warn, signals.signal)
  const planned = planPipeline(stages, config, config.selection, ledger)
  // A job of the reusable workflow is told by its words what of the build it makes again.
  const here =
    options.job === undefined ? await makeBuildAgain(planned, config, asking, signals.signal) : planned
  const { plan, earlier }: CallPlan<AllSystems> = await call.plan(here)
  for (const stage of plan) if (stage.kind === 'passed') publishImage(console, stage.id, stage.entry.output)
  console.output.info(renderPlan(plan))
  await setOutput(console, 'plan', renderPlan(plan))
  if (inputs.dryRun) {
    await runDry(plan, asking, console, signals.signal)
    return { success: concludedDry.exitCode === 0, lost: undefined }
  }

  const standing = await readStanding(config, github, warn, signals.lastSignal)
  const about = callOf(config, options.job, standing)
  await saveState(console.runnerFiles, savedStateOf(config, call.writes))
  const writer =
    github === undefined || !call.writes
      ? undefined
      : new GithubWriter(github, config, {
          ledger: writing,
          clock: console.clock,
          output: console.output,
          signal: signals.lastSignal,
          redact: console.redact,
          beganAt:
            console.clock.now().getTime() -
            (earlier.elapsedMs + console.clock.monotonic() - console.startedAt),
        })
  // A call of the report alone judges what earlier calls have left: it must not overwrite it first.
  if (!isReportAlone(config.selection.stages))
    writer?.setStatus('pending', `${config.service} ${config.version}: the run has started.`)
  // Of several calls of a run, the ones that may change the environment; a run of everything is one of them.
  if (config.mayDeploy && (config.selection.stages?.includes('deploy') ?? true))
    writer?.heal((text) => {
      console.output.info(text)
    })
  const early = writer && writes && endEarly({ ...options, writer, writes })

  const annotate = opened === undefined ? annotateInLog(console.output, config) : undefined

  const systems = openSystems({ ...parts, writer, earlier, about })
  const result = await execute(options, plan, systems, earlier, (event) => {
    annotate?.(event)
    early?.listen(event)
    writer?.listen(event)
    markProgress(console, event)
    if (event.kind === 'stage-ended' && event.stage.result.status === 'success')
      publishImage(console, event.stage.id, event.stage.result.output)
  })
  // What has happened has happened: a disk that is full by now takes nothing of it back.
  const conclusion = conclude(result.stages, about)
  await setOutputs(console, config, result, conclusion).catch((thrown: unknown) => {
    console.warn(`The outputs were not all written: ${toStagegateError(thrown).message}`)
  })
  sayConclusion(console, conclusion)
  const told = await leaveResult(call, { ...result, status: conclusion.result }, options)
  const lost = writes?.lost()
  const { repository } = config.trigger
  return { success: told && conclusion.exitCode === 0, lost: lost && { ...lost, repository } }
}

async function execute(
  options: RunOptions,
  plan: readonly PlannedStage<AllSystems>[],
  systems: AllSystems,
  earlier: Earlier,
  listen: (event: PipelineEvent) => void,
): Promise<PipelineResult> {
  const { console, signals, watchdog } = options
  return runPipeline<Outputs, Config, typeof systems>({
    stages,
    plan,
    systems,
    surroundings: {
      elapsed: () => earlier.elapsedMs + systemClock.monotonic() - console.startedAt,
      deadline(milliseconds, reason) {
        const takeBack = watchdog.limit(milliseconds)
        const deadline = systemClock.deadline(milliseconds, reason)
        return {
          signal: deadline.signal,
          clear() {
            takeBack()
            deadline.clear()
          },
        }
      },
      openLog: (stage, step, summary) => console.output.openLog(stage, step, summary),
      warn: console.warn,
    },
    signal: signals.signal,
    lastSignal: signals.lastSignal,
    concurrency: Math.max(2, options.cores),
    listen,
  })
}

/** Digest and tags are public from the moment on at which the image is there. */
function publishImage(console: Console, stage: string, output: unknown): void {
  if (stage === 'image') console.publish(publicTextsOfImage(output as Outputs['image']))
}

/** For `post`: how far a deployment has come decides what is left of it. */
function markProgress({ runnerFiles, warn }: Console, event: PipelineEvent): void {
  if (event.kind !== 'step-started' || event.stage !== 'deploy') return
  markReached(runnerFiles, `deploy.${event.step}`).catch((thrown: unknown) => {
    warn(`The progress could not be saved: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  })
}

interface SystemsParts {
  readonly options: RunOptions
  readonly call: Call
  readonly patience: GithubPatience
  readonly writer: GithubWriter | undefined
  readonly github: GitHub | undefined
  readonly earlier: Earlier
  readonly about: AboutCall
}

/** Everything that stages talk to, the report's writers among it. */
function openSystems({ options, call, patience, writer, github, earlier, about }: SystemsParts): AllSystems {
  const { config, inputs, env, console, git } = options
  // A job that runs code of the commit has no login: with it, somebody else's image could be pushed.
  const imageRepository = config.image.configured && call.writes ? config.image.repository : undefined
  return {
    ...composeSystems({ ...console, git, inputs, env, imageRepository }),
    // Of the steps alone: what systems wait beside them, such as to renew the lock, is no pause of the run.
    clock: withPauses(console.clock, console.pauses),
    github: askGithub(github, writer, config, patience),
    handedOverImage: call.receiveImage,
    reporter: openReporter({
      ...{ config, console, writer, earlier },
      conclude: (results) => conclude(results, about),
    }),
  }
}

/** The last lines of the log: the result, and for a failure everything that is needed to go on. */
function sayConclusion(console: Console, { ending, failure, result }: Conclusion): void {
  if (failure !== undefined) console.output.error(renderError(failure.error, placeOf(failure)))
  if (ending.kind === 'deployed' && ending.lacks.length > 0)
    console.warn(`Deployed, but not verified: ${ending.lacks.join(', ')}.`)
  if (ending.kind === 'waiting' && ending.isIdle)
    console.warn('No stage of this call applies to this repository: nothing was built, tested or scanned.')
  console.output.info(`Result: ${result}.`)
}
