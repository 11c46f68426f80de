import type { Config } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import { type Collected, collectResults, type FetchDocument } from '../../handover/collect-results.ts'
import { type Job, type JobId, jobIds, jobNeeds } from '../../handover/job.ts'
import { isPlanned } from '../../handover/legs.ts'
import type { Needs } from '../../handover/needs.ts'
import { parsePlannedJobs, type PlannedJobs } from '../../handover/planned-jobs.ts'
import type { PlannedStage, StageResult } from '../../pipeline/index.ts'
import { parsePushed } from './receive.ts'

type Plan<Systems> = readonly PlannedStage<Systems>[]

export interface JobPlan<Systems> {
  readonly plan: Plan<Systems>
  readonly collected: Collected
}

export interface PlanOptions<Systems> {
  readonly job: Job
  readonly config: Config
  readonly needs: Needs
  /** As the engine planned it for this call, without looking at other jobs. */
  readonly plan: Plan<Systems>
  readonly fetchDocument: FetchDocument
  /** When this job began, in milliseconds since 1970. */
  readonly startedAt: number
}

const nothing: Collected = { stages: new Map(), documents: [], earlierMs: 0, warnings: [] }

/**
 * What a job of the reusable workflow does about the stages of the others: those before it have ended, and are believed by
 * their hand-over alone; a job that runs code of the commit tries no login, and asks nobody.
 *
 * @throws StagegateError E_GATE_CLOSED, E_JOB_INVALID, E_HANDOVER_*
 */
export async function planJob<Systems>(options: PlanOptions<Systems>): Promise<JobPlan<Systems>> {
  const { job, plan, needs } = options
  switch (job.id) {
    case 'preflight':
      return { plan: plan.map(leaveToOthers), collected: nothing }
    case 'build':
    case 'test':
    case 'scan':
    case 'image-build':
      return { plan: plan.map(withoutPreflight), collected: nothing }
    case 'image-push': {
      const jobs = readJobs(needs)
      const collected = await collect(
        [...unpassed(needs), 'build', 'test', 'scan', 'image-build'],
        jobs,
        options,
      )
      const earlier = ['preflight', 'build', 'test', 'scan'].map(
        (id) => [id, endOf(id, jobs, collected)] as const,
      )
      const built = collected.stages.get('image')
      // An image that was not built, or whose result is not believed, stands in the way like a failed scan.
      if (built !== undefined && built.result.status !== 'success') earlier.push(['image', built])
      return {
        plan: plan.map(withoutPreflight).map((stage) => ended(stage, new Map(earlier), false)),
        collected,
      }
    }
    case 'deploy': {
      return { plan: planDeploy(readJobs(needs), options), collected: nothing }
    }
    case 'report':
      return planReport(options)
  }
}

/** Preflight plans for all: what it does not run itself, other jobs do. */
function leaveToOthers<Systems>(stage: PlannedStage<Systems>): PlannedStage<Systems> {
  if (stage.kind !== 'run' || ['preflight', 'checkout', 'report'].includes(stage.id)) return stage
  return { id: stage.id, kind: 'skip', reason: 'other jobs of this run do it', steps: stage.steps }
}

function withoutPreflight<Systems>(stage: PlannedStage<Systems>): PlannedStage<Systems> {
  return stage.id === 'preflight'
    ? { id: stage.id, kind: 'skip', reason: 'the job preflight does it', steps: [] }
    : stage
}

function ended<Systems>(
  stage: PlannedStage<Systems>,
  results: ReadonlyMap<string, StageResult | undefined>,
  told: boolean,
): PlannedStage<Systems> {
  const result = results.get(stage.id)
  return result === undefined ? stage : { id: stage.id, kind: 'ended', result, told }
}

/** A stage that another job ran, that an earlier run passed, or that does not apply (undefined). */
function endOf(id: string, jobs: PlannedJobs, collected: Collected): StageResult | undefined {
  const found = collected.stages.get(id)
  if (found !== undefined) return found
  const passed = jobs.passed[id]
  return passed === undefined
    ? undefined
    : { id, result: { status: 'success', output: passed.output }, resumedFrom: passed.from, steps: [] }
}

/** The gates of the deployment: every job before it that was to run has succeeded, as GitHub says; the image is theirs. */
function planDeploy<Systems>(
  jobs: PlannedJobs,
  { plan, needs, config }: PlanOptions<Systems>,
): Plan<Systems> {
  const planned = jobNeeds.deploy.filter((id) => isPlanned(id, jobs))
  const unnamed = planned.filter((id) => !needs.has(id))
  if (unnamed.length > 0) {
    throw new StagegateError('E_JOB_INVALID', {
      message: `The input needs does not name ${unnamed.join(', ')}, which the deployment waits for.`,
      state: 'Nothing was deployed.',
    })
  }
  const missing = planned.filter((id) => needs.get(id)?.result !== 'success')
  if (missing.length > 0) {
    throw new StagegateError('E_GATE_CLOSED', {
      message: `The stage deploy may not start: in this run ${missing.map((id) => `the job ${id}`).join(', ')} ${missing.length === 1 ? 'has' : 'have'} not succeeded.`,
      state: 'Nothing was deployed.',
      next: 'Rerun the jobs that failed; where one was skipped, rerun all jobs.',
    })
  }
  const pushed = needs.get('image-push')
  const image =
    jobs.image === 'run' && config.image.configured
      ? {
          output: parsePushed(pushed?.outputs ?? {}, config.image.repository),
          from: 'the job image-push of this run',
        }
      : jobs.passed.image
  return plan.map(withoutPreflight).map((stage): PlannedStage<Systems> => {
    if (stage.id === 'image' && image !== undefined) return { id: 'image', kind: 'passed', entry: image }
    if (!['build', 'test', 'scan'].includes(stage.id)) return stage
    const from = jobs.passed[stage.id]?.from ?? `the job ${stage.id} of this run`
    if (jobs[stage.id as 'build'] === 'none') return stage
    return { id: stage.id, kind: 'passed', entry: { output: {}, from } }
  })
}

/** The last job runs nothing: it has the whole run before it, and tells GitHub of the stages whose jobs could not. */
async function planReport<Systems>(options: PlanOptions<Systems>): Promise<JobPlan<Systems>> {
  const { needs, plan } = options
  const jobs = readJobs(needs)
  const ids = jobIds.filter((id) => id !== 'report')
  const collected = await collect(ids, jobs, options)
  return {
    collected,
    plan: plan.map((stage): PlannedStage<Systems> => {
      if (stage.id === 'report') return stage
      const result = endOf(stage.id, jobs, collected)
      const told =
        result?.resumedFrom === undefined && !['preflight', 'checkout', 'deploy'].includes(stage.id)
      if (result !== undefined) return { id: stage.id, kind: 'ended', result, told }
      if (stage.id === 'checkout')
        return { id: stage.id, kind: 'skip', reason: 'this job needs no commit', steps: [] }
      return stage.kind === 'run'
        ? { id: stage.id, kind: 'skip', reason: 'it did not run', steps: stage.steps }
        : stage
    }),
  }
}

const noJobs: PlannedJobs = {
  version: 1,
  ...({ build: 'none', test: 'none', scan: 'none', image: 'none', deploy: 'none' } as const),
  ...{ tests: '', shards: [], scans: [], images: '', platforms: [], passed: {} },
}

/** Preflight, where it has not passed: it stands in the way like any other job. */
function unpassed(needs: Needs): readonly JobId[] {
  return needs.get('preflight')?.result === 'success' ? [] : ['preflight']
}

/** A run whose preflight has not passed has planned no other job. */
function readJobs(needs: Needs): PlannedJobs {
  const preflight = needs.get('preflight')
  return preflight?.result === 'success' ? parsePlannedJobs(preflight.outputs.jobs) : noJobs
}

async function collect<Systems>(
  ids: readonly JobId[],
  jobs: PlannedJobs,
  { config, needs, plan, fetchDocument, startedAt }: PlanOptions<Systems>,
): Promise<Collected> {
  const outputOf = (id: JobId, outputs: Readonly<Record<string, string>>): unknown =>
    id === 'image-push' && config.image.configured ? parsePushed(outputs, config.image.repository) : undefined
  return collectResults(ids, { jobs, needs, plan, fetchDocument, startedAt, outputOf })
}
