import { StagegateError, toStagegateError } from '../errors/index.ts'
import type { PlannedStage, StageResult } from '../pipeline/index.ts'
import type { HandedOver } from './document.ts'
import { type JobId, nameOf, stageOf } from './job.ts'
import { decideSkipped } from './decide-skipped.ts'
import { isPlanned, type Leg, listLegs } from './legs.ts'
import { mergeStages } from './merge-stages.ts'
import type { Need, Needs } from './needs.ts'
import type { Expected, ParsedDocument } from './parse-document.ts'
import { beginOf, placeInTime } from './place-in-time.ts'
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
  /** What the jobs handed over, for its image. */
  readonly documents: readonly HandedOver[]
  /** How long before this job the run began; the times of `stages` count from there. Milliseconds. */
  readonly earlierMs: number
  /** What the jobs warned of, and what is said of those whose result could not be had. */
  readonly warnings: readonly string[]
}

export interface CollectOptions {
  readonly jobs: PlannedJobs
  readonly needs: Needs
  /** The plan of this job, for what is said of stages that never ran. */
  readonly plan: readonly PlannedStage<never>[]
  readonly fetchDocument: FetchDocument
  /** When this job began, in milliseconds since 1970. */
  readonly startedAt: number
  /** What a job that runs no code of the commit says of its stage by its outputs alone. */
  readonly outputOf: (job: JobId, outputs: Need['outputs']) => unknown
}

/** What a leg of a job left. */
interface Part {
  readonly stage: StageResult
  readonly document?: HandedOver
  readonly trusted: boolean
}

interface CollectedJob {
  readonly id: JobId
  /** Undefined where GitHub does not name the job. */
  readonly need: Need | undefined
  readonly parts: readonly Part[]
}

/** A hostile job may warn as much as it likes. */
const MAX_WARNINGS = 100

/**
 * How the stages ended that other jobs ran. A pass needs both: GitHub says that the job succeeded, and the artifact whose
 * digest the job's own output names says so for this commit. Whatever else there is, a forged artifact, an old one, none,
 * is a failure; so is a planned job that GitHub skipped or does not name. Only a job that runs no code of the commit is believed without its artifact, for a success: what it did
 * has been done, and an artifact service that was down is no reason to call it undone.
 */
export async function collectResults(
  ids: readonly JobId[],
  { jobs, needs, plan, fetchDocument, startedAt, outputOf }: CollectOptions,
): Promise<Collected> {
  const warnings: string[] = []
  const planned = ids.filter((id) => isPlanned(id, jobs))
  const found = await Promise.all(planned.map(collectJob))
  const everyPart = found.flatMap(({ parts }) => parts)
  const began = beginOf(everyPart, startedAt)
  const stages = new Map<string, StageResult>()
  const ended = new Map<JobId, StageResult['result']>()
  for (const { id, need, parts } of found) {
    const placed = parts.map(({ stage, document }) =>
      document === undefined ? stage : placeInTime(stage, document.startedAt, began, startedAt),
    )
    const merged = mergeStages(placed)
    const stage =
      need?.result === 'skipped'
        ? { ...merged, result: decideSkipped(id, needs, ended) }
        : withJobResult(id, need, merged)
    ended.set(id, stage.result)
    const before = stages.get(stage.id)
    stages.set(stage.id, before === undefined ? stage : inOrder(before, stage))
  }
  const documents = everyPart.flatMap(({ document }) => (document === undefined ? [] : [document]))
  warnings.push(...documents.flatMap((document) => document.warnings))
  return {
    stages,
    documents,
    earlierMs: began === undefined ? 0 : startedAt - began,
    warnings: [...new Set(warnings)].slice(0, MAX_WARNINGS),
  }

  async function collectJob(id: JobId): Promise<CollectedJob> {
    const need = needs.get(id)
    if (need === undefined || need.result === 'skipped')
      return { id, need, parts: [{ stage: unstarted(stageOf(id), notNamed(id)), trusted: false }] }
    const legs = listLegs(id, jobs, need)
    return { id, need, parts: await Promise.all(legs.map((leg) => collectLeg(leg, need))) }
  }

  async function collectLeg(leg: Leg, need: Need): Promise<Part> {
    const { trusted } = leg.job
    const [, name, digest] = reference.exec(leg.output ?? '') ?? []
    if (name === undefined || digest === undefined) {
      if (need.result === 'cancelled')
        return { stage: unstarted(stageOf(leg.job.id), { status: 'cancelled' }), trusted }
      return withoutResult(leg, need, missing(leg, need))
    }
    try {
      const { document, stages: results } = await fetchDocument({ name, digest }, leg.job)
      return { stage: ownStage(stageOf(leg.job.id), results), document, trusted }
    } catch (thrown) {
      return withoutResult(leg, need, toStagegateError(thrown))
    }
  }

  function withoutResult({ job }: Leg, need: Need, error: StagegateError): Part {
    const stage = stageOf(job.id)
    const { trusted } = job
    if (!trusted || need.result !== 'success' || !isAbsence(error))
      return { stage: unstarted(stage, { status: 'failure', error }), trusted }
    warnings.push(
      `The job ${nameOf(job)} succeeded, as GitHub says; its details are missing here: ${error.message}`,
    )
    try {
      const output = outputOf(job.id, need.outputs)
      return { stage: { id: stage, result: { status: 'success', output }, steps: [] }, trusted }
    } catch (thrown) {
      return { stage: unstarted(stage, { status: 'failure', error: toStagegateError(thrown) }), trusted }
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

/** Whether there is no result, as against one that somebody has changed. */
function isAbsence({ code }: StagegateError): boolean {
  return ['E_HANDOVER_MISSING', 'E_ARTIFACT_MISSING', 'E_ARTIFACT_UNAVAILABLE'].includes(code)
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

/**
 * The stage of a job that ran: passed where GitHub and the job both say so, and failed or cancelled otherwise. A planned
 * job whose stage "does not apply" or was skipped contradicts the plan.
 */
function withJobResult(id: JobId, need: Need | undefined, stage: StageResult): StageResult {
  const { status } = stage.result
  if (need === undefined || status === 'failure') return stage
  if (need.result === 'cancelled') return { ...stage, result: { status: 'cancelled' } }
  return need.result === 'success' && status === 'success'
    ? stage
    : { ...stage, result: contradiction(id, need) }
}

/** The image is built by one job and pushed by another: one stage of two steps. */
function inOrder(before: StageResult, after: StageResult): StageResult {
  if (before.result.status !== 'success') return before
  if (after.steps.length === 0) return { ...after, steps: before.steps }
  const built = new Map(before.steps.map((step) => [step.id, step]))
  return {
    ...after,
    steps: after.steps.map((step) => (step.id === 'build' ? (built.get(step.id) ?? step) : step)),
    ...(before.startedAt === undefined ? {} : { startedAt: before.startedAt }),
  }
}

/** The workflow's file was changed: a job that the plan counts on is not among those that this one waits for. */
function notNamed(id: JobId): StageResult['result'] {
  return {
    status: 'failure',
    error: new StagegateError('E_JOB_INVALID', {
      message: `The input needs does not name the job ${id}, which was planned to run.`,
    }),
  }
}

function missing({ job }: Leg, need: Need): StagegateError {
  // An output of the action itself: without it, no step of the job has begun.
  if (job.id === 'deploy' && need.result === 'failure' && need.outputs.result === undefined) {
    return new StagegateError('E_JOB_REJECTED', {
      message:
        'The deployment did not begin: rejected by a reviewer, or refused by a rule of the environment.',
      evidence: [
        'A job whose runner was lost, or that failed before its first step with Stagegate, looks the same.',
      ],
      state: 'Nothing was deployed.',
    })
  }
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
