import { StagegateError, toStagegateError } from '../errors/index.ts'
import type { PlannedStage, StageResult } from '../pipeline/index.ts'
import type { HandedOver } from './document.ts'
import { type JobId, nameOf, stageOf } from './job.ts'
import { mergeStages } from './merge-stages.ts'
import type { Need, Needs } from './needs.ts'
import type { Expected, ParsedDocument } from './parse-document.ts'
import type { PlannedJobs } from './planned-jobs.ts'

/** How a job says where its result is: `<artifact>@sha256:<64 hex digits>`, in an output that only it can write. */
const reference = /^([\w.-]{1,200})@(sha256:[0-9a-f]{64})$/

/** Fetches what a job handed over, whose digest GitHub vouches for, and checks it. */
export type FetchDocument = (
  artifact: { readonly name: string; readonly digest: string },
  job: Expected['job'],
) => Promise<ParsedDocument>

export interface Collected {
  /** For every stage that a job before this one ran or was to run. */
  readonly stages: ReadonlyMap<string, StageResult>
  /** What the jobs handed over, for its times and its image. */
  readonly documents: readonly HandedOver[]
}

export interface CollectOptions {
  readonly jobs: PlannedJobs
  readonly needs: Needs
  /** The plan of this job, for what is said of stages that never ran. */
  readonly plan: readonly PlannedStage<never>[]
  readonly fetchDocument: FetchDocument
}

interface Leg {
  readonly job: { readonly id: JobId; readonly part: string; readonly trusted: boolean }
  readonly output: string | undefined
}

/**
 * How the stages ended that other jobs ran. A pass needs both: GitHub says that the job succeeded, and the artifact whose
 * digest the job's own output names says so for this commit. Whatever else there is, a forged artifact, an old one, none,
 * is a failure.
 */
export async function collectResults(
  ids: readonly JobId[],
  { jobs, needs, plan, fetchDocument }: CollectOptions,
): Promise<Collected> {
  const documents: HandedOver[] = []
  const found = await Promise.all(
    ids.map(async (id): Promise<StageResult | undefined> => {
      const need = needs.get(id)
      if (need === undefined || !isPlanned(id, jobs)) return undefined
      const parts = await Promise.all(listLegs(id, jobs, need).map((leg) => collectLeg(leg, need)))
      return withJobResult(id, need, mergeStages(parts))
    }),
  )
  const stages = new Map<string, StageResult>()
  for (const stage of found) {
    if (stage === undefined) continue
    const before = stages.get(stage.id)
    stages.set(stage.id, before === undefined ? stage : inOrder(before, stage))
  }
  return { stages, documents }

  async function collectLeg(leg: Leg, need: Need): Promise<StageResult> {
    const stage = stageOf(leg.job.id)
    if (need.result === 'skipped')
      return unstarted(stage, { status: 'skipped', reason: 'an earlier job failed', blocked: true })
    const [, name, digest] = reference.exec(leg.output ?? '') ?? []
    if (name === undefined || digest === undefined) {
      if (need.result === 'cancelled') return unstarted(stage, { status: 'cancelled' })
      return unstarted(stage, { status: 'failure', error: missing(leg, need) })
    }
    try {
      const { document, stages: results } = await fetchDocument({ name, digest }, leg.job)
      documents.push(document)
      return ownStage(stage, results)
    } catch (thrown) {
      return unstarted(stage, { status: 'failure', error: toStagegateError(thrown) })
    }
  }

  function unstarted(id: string, result: StageResult['result']): StageResult {
    const planned = plan.find((each) => each.id === id)
    const steps = planned?.kind === 'run' || planned?.kind === 'skip' ? planned.steps : []
    const reason = 'the job left no result'
    return {
      id,
      result,
      steps: steps.map((step) => ({
        id: step.id,
        critical: step.run ? (step.critical ?? true) : false,
        result: { status: 'skipped', reason: step.run ? reason : step.reason, blocked: step.run },
        facts: [],
        kept: {},
      })),
    }
  }
}

function isPlanned(id: JobId, jobs: PlannedJobs): boolean {
  const stage = stageOf(id)
  if (id === 'preflight') return true
  return stage in jobs && jobs[stage as 'build'] === 'run'
}

function listLegs(id: JobId, jobs: PlannedJobs, { outputs }: Need): readonly Leg[] {
  const parts = {
    test: jobs.shards,
    scan: jobs.scans.map(({ scanner }) => scanner),
    'image-build': jobs.platforms,
  }
  if (!(id in parts)) {
    const trusted = id !== 'build'
    return [{ job: { id, part: '', trusted }, output: outputs['handed-over'] }]
  }
  return parts[id as keyof typeof parts].map((part, index) => ({
    job: { id, part, trusted: false },
    output: outputs[`leg-${index}`],
  }))
}

/** The job's own stage; where something that it needed failed, that is why the stage failed. */
function ownStage(id: string, results: readonly StageResult[]): StageResult {
  const own = results.find((each) => each.id === id)
  const failed = results.find((each) => each.result.status === 'failure')
  if (own === undefined) {
    const error = new StagegateError('E_HANDOVER_INVALID', {
      message: `A job handed over no result of ${id}.`,
    })
    return { id, result: { status: 'failure', error }, steps: [] }
  }
  return failed === undefined || failed.id === id ? own : { ...own, result: failed.result }
}

/** A stage never passes where GitHub says that its job did not. */
function withJobResult(id: JobId, need: Need, stage: StageResult): StageResult {
  const { status } = stage.result
  if (need.result === 'success' && status === 'cancelled')
    return { ...stage, result: contradiction(id, need) }
  if (need.result === 'success' || status !== 'success') return stage
  return { ...stage, result: need.result === 'cancelled' ? { status: 'cancelled' } : contradiction(id, need) }
}

/** The image is built by one job and pushed by another: one stage of two steps. */
function inOrder(before: StageResult, after: StageResult): StageResult {
  if (before.result.status !== 'success') return before
  const built = new Map(before.steps.map((step) => [step.id, step]))
  return {
    ...after,
    steps: after.steps.map((step) => (step.id === 'build' ? (built.get(step.id) ?? step) : step)),
    ...(before.startedAt === undefined ? {} : { startedAt: before.startedAt }),
  }
}

function missing({ job }: Leg, need: Need): StagegateError {
  return new StagegateError('E_HANDOVER_MISSING', {
    message: `The job ${nameOf(job)} ended with ${need.result} and handed no result over.`,
  })
}

function contradiction(id: JobId, need: Need): StageResult['result'] {
  return {
    status: 'failure',
    error: new StagegateError('E_HANDOVER_MISSING', {
      message: `GitHub says ${need.result} of the job ${id}, which handed over something else.`,
      next: 'Read the log of that job, and rerun it.',
    }),
  }
}
