import { StagegateError } from '../../errors/index.ts'
import type { Collected } from '../../handover/collect-results.ts'
import { parseNeeds } from '../../handover/needs.ts'
import { planJobs } from '../../handover/planned-jobs.ts'
import { refuseMaskedOutput } from '../../inputs/index.ts'
import type { PipelineResult, PlannedStage } from '../../pipeline/index.ts'
import type { Artifacts } from '../../systems/artifacts/artifacts.ts'
import type { BuiltImage } from '../../systems/docker/docker.ts'
import type { LedgerForm } from '../ledger/trust.ts'
import type { RunOptions } from '../run-plan.ts'
import { openArtifacts } from './artifacts.ts'
import { handOver } from './hand-over.ts'
import { planJob } from './plan-job.ts'
import { createFetchDocument, receiveImage } from './receive.ts'

/** What differs between a call that is the whole pipeline or a step of it, and one that is a job among several. */
export interface Call {
  /** Whether passes of earlier runs are looked for: by preflight alone, for all jobs. */
  readonly readsLedger: boolean
  /** Who may have written the passes that are believed; undefined: what the call itself tells. */
  readonly ledgerForm: LedgerForm | undefined
  /** Whether it writes to GitHub and may log in anywhere: never where code of the commit runs beside jobs that may. */
  readonly writes: boolean
  plan<Systems>(plan: readonly PlannedStage<Systems>[]): Promise<CallPlan<Systems>>
  /** Leaves the result for the jobs after this one. @throws StagegateError E_ARTIFACT_* */
  handOver(result: PipelineResult): Promise<void>
  readonly receiveImage: (signal: AbortSignal) => Promise<BuiltImage>
}

export interface CallPlan<Systems> {
  readonly plan: readonly PlannedStage<Systems>[]
  /** What other jobs have done of the run before this one. */
  readonly earlier: Earlier
}

export interface Earlier {
  /** How long before this call the run began, where its report covers all jobs. Milliseconds. */
  readonly elapsedMs: number
  readonly warnings: readonly string[]
}

const alone: Call = {
  readsLedger: true,
  ledgerForm: undefined,
  writes: true,
  plan: (plan) => Promise.resolve({ plan, earlier: { elapsedMs: 0, warnings: [] } }),
  handOver: () => Promise.resolve(),
  receiveImage: () =>
    Promise.reject(
      new StagegateError('E_JOB_INVALID', { message: 'This call is no job that takes an image over.' }),
    ),
}

/** @throws StagegateError E_JOB_INVALID, E_ARTIFACT_UNAVAILABLE */
export async function openCall(options: RunOptions): Promise<Call> {
  const { job, inputs, config, console, env, signals } = options
  if (job === undefined) return alone
  const needs = parseNeeds(inputs.needs ?? '{}')
  const artifacts: Artifacts = await openArtifacts(console, env)
  const receiver = { config, files: console.files, artifacts, signal: signals.lastSignal }
  let collected: Collected | undefined
  return {
    readsLedger: job.id === 'preflight',
    ledgerForm: reusableForm(env.GITHUB_ACTION_REPOSITORY ?? ''),
    writes: job.trusted,
    async plan(plan) {
      if (job.id === 'preflight') {
        const jobs = JSON.stringify(planJobs(plan, config, inputs.shards))
        refuseMaskedOutput(env, jobs)
        await console.runnerFiles.setOutput('jobs', jobs)
      }
      const fetchDocument = createFetchDocument(receiver)
      const startedAt = startOf(console)
      const planned = await planJob({ job, config, needs, plan, fetchDocument, startedAt })
      collected = planned.collected
      const { earlierMs, warnings } = planned.collected
      return { plan: planned.plan, earlier: { elapsedMs: earlierMs, warnings } }
    },
    handOver: (result) =>
      job.id === 'report'
        ? Promise.resolve()
        : handOver({
            ...{ job, config, console, artifacts, result },
            ...{ startedAt: startOf(console), signal: signals.lastSignal },
          }),
    receiveImage: (signal) => receiveImage(collected?.documents ?? [], { ...receiver, signal }),
  }
}

/** When this call began, in milliseconds since 1970. */
function startOf({ clock, startedAt }: RunOptions['console']): number {
  return Math.round(clock.now().getTime() - (clock.monotonic() - startedAt))
}

/**
 * The ledger of the reusable workflow: its last job writes it, for stages whose own jobs cannot; that a stage has passed is
 * what GitHub says of the stage's job.
 *
 * @param repository of the action, which the workflow calls at its own commit: `OWNER/REPO`
 */
function reusableForm(repository: string): LedgerForm {
  return {
    kind: 'reusable',
    called: `${repository}/.github/workflows/staging.yml`,
    writers: ['report'],
    stageJobs: { build: 'build', test: 'test', scan: 'scan', image: 'image-push' },
  }
}
