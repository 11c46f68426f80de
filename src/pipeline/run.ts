import { StagegateError, toStagegateError } from '../errors/index.ts'
import type { PipelineListener } from './events.ts'
import type { PlannedStage } from './plan.ts'
import type { PipelineResult, StageResult } from './result.ts'
import { listStages } from './plan.ts'
import type { AnyStage, PlannedStep, StageContext, StepLog, Stages } from './stage.ts'
import { StepRunner } from './steps.ts'

/** What the engine takes from outside: time, and a log for each step. */
export interface Surroundings {
  /** Milliseconds since the run's start. */
  elapsed(): number
  /** A signal that is aborted after some milliseconds; cleared in a `finally`. */
  deadline(milliseconds: number, reason: () => Error): { readonly signal: AbortSignal; clear(): void }
  /** @param summary the step's command or target, as the plan has it */
  openLog(stage: string, step: string, summary: string): StepLog & { close(): void }
  /** A line that belongs to no step. */
  warn(text: string): void
}

export interface RunOptions<Outputs, Config, Systems> {
  readonly stages: Stages<Outputs, Config, Systems>
  readonly plan: readonly PlannedStage<Systems>[]
  readonly systems: Systems
  readonly surroundings: Surroundings
  /** Aborted when the run is cancelled or its own timeout has passed; the reason is an Error. */
  readonly signal: AbortSignal
  /** For stages that always run: aborted only when even their time is over. */
  readonly lastSignal: AbortSignal
  /** How many steps may run at the same time. */
  readonly concurrency: number
  readonly listen: PipelineListener
}

/**
 * Runs a plan. Nothing runs after the first critical failure or a cancel but the stages that always run; every stage
 * ends with exactly one result; the result never depends on a listener.
 */
export async function runPipeline<Outputs, Config, Systems>(
  options: RunOptions<Outputs, Config, Systems>,
): Promise<PipelineResult> {
  const { plan, surroundings } = options
  const stages = new Map(listStages(options.stages).map((stage) => [String(stage.id), stage]))
  const results: StageResult[] = []
  const outputs: Record<string, unknown> = {}
  for (const planned of plan) {
    const stage = stages.get(planned.id)
    if (stage === undefined) throw new Error(`the plan names ${planned.id}, which is not a stage`)
    const result = await runStage(stage, planned, results, outputs, options)
    if (result.result.status === 'success') outputs[planned.id] = result.result.output
    results.push(result)
    if (planned.kind !== 'ended' || planned.told) options.listen({ kind: 'stage-ended', stage: result })
  }
  return { stages: results, durationMs: surroundings.elapsed() }
}

async function runStage<Outputs, Config, Systems>(
  stage: AnyStage<Outputs, keyof Outputs, Config, Systems>,
  planned: PlannedStage<Systems>,
  results: readonly StageResult[],
  outputs: Readonly<Record<string, unknown>>,
  options: RunOptions<Outputs, Config, Systems>,
): Promise<StageResult> {
  const { id } = planned
  if (planned.kind === 'ended') return planned.result
  const always = stage.attendance === 'always'
  const signal = always ? options.lastSignal : options.signal
  const steps = planned.kind === 'run' || planned.kind === 'skip' ? planned.steps : []
  const notRun = (reason: string, blocked: boolean): StageResult => ({
    id,
    result: { status: 'skipped', reason, blocked },
    steps: skipSteps(steps, reason, blocked),
  })
  const at = options.surroundings.elapsed()

  // What does not apply, or was not asked for, was not kept from running by anything that happened before it.
  if (planned.kind === 'skip') return notRun(planned.reason, false)

  const obstacle = always ? undefined : findObstacle(results, options.signal)
  if (obstacle !== undefined) {
    // The first stage that a cancel hits between two stages is the one that was cancelled.
    if (obstacle.cancel && !results.some((each) => each.result.status === 'cancelled')) {
      return {
        id,
        result: asCancelled(options.signal),
        steps: skipSteps(steps, obstacle.reason, true),
        startedAt: at,
        endedAt: at,
      }
    }
    return notRun(obstacle.reason, true)
  }
  if (planned.kind === 'closed')
    return { id, result: { status: 'failure', error: planned.error }, steps: [], startedAt: at, endedAt: at }

  const resumed = planned.kind === 'passed' ? planned.entry : undefined
  if (planned.kind === 'passed') {
    try {
      await stage.restore?.(planned.entry.output as never, { systems: options.systems, signal })
    } catch (thrown) {
      const error = signal.aborted ? undefined : toStagegateError(thrown)
      return {
        id,
        result: error === undefined ? asCancelled(signal) : { status: 'failure', error },
        steps: [],
        startedAt: at,
        endedAt: options.surroundings.elapsed(),
      }
    }
  }

  const running = planned.kind === 'passed' ? planned.again : planned
  if (running === undefined) return ended({ status: 'success', output: resumed?.output }, [])
  options.listen({ kind: 'stage-started', stage: id, steps: running.steps })
  const runner = new StepRunner(id, running.steps, signal, options)
  const context: StageContext<Systems> = {
    systems: options.systems,
    signal,
    results: () => results,
    step: (step, execute) => runner.run(step, execute),
    warn: (text) => {
      options.surroundings.warn(`${id}: ${text}`)
    },
  }
  const needs = Object.fromEntries(stage.needs.map((need) => [need, outputs[String(need)]])) as never
  try {
    const output = await running.decision.execute(needs, context)
    await runner.settle()
    // What has passed stays passed; only its traces on this machine are made again.
    const passed = resumed === undefined ? output : resumed.output
    return ended({ status: 'success', output: passed }, runner.results('was not needed', false))
  } catch (thrown) {
    await runner.settle()
    // What the stage throws on purpose says more than the step's own error: the state it left, what was restored.
    const onPurpose = thrown instanceof StagegateError && thrown !== signal.reason ? thrown : undefined
    const failure =
      onPurpose ?? runner.firstFailure() ?? (signal.aborted ? undefined : toStagegateError(thrown))
    return {
      id,
      result: failure === undefined ? asCancelled(signal) : { status: 'failure', error: failure },
      steps: runner.results(failure === undefined ? 'the run was cancelled' : 'an earlier step failed', true),
      startedAt: at,
      endedAt: options.surroundings.elapsed(),
    }
  }

  function ended(result: StageResult['result'], ran: StageResult['steps']): StageResult {
    const from = resumed === undefined ? {} : { resumedFrom: resumed.from }
    return { id, result, ...from, steps: ran, startedAt: at, endedAt: options.surroundings.elapsed() }
  }
}

/** A run that is ended from outside was cancelled; one that is ended by its own timeout or a bug of ours has failed. */
function asCancelled(signal: AbortSignal): StageResult['result'] {
  const reason: unknown = signal.reason
  return reason instanceof StagegateError && reason.code !== 'E_CANCELLED'
    ? { status: 'failure', error: reason }
    : { status: 'cancelled' }
}

function findObstacle(
  results: readonly StageResult[],
  signal: AbortSignal,
): { reason: string; cancel: boolean } | undefined {
  const failed = results.find((each) => each.result.status === 'failure')
  if (failed !== undefined) return { reason: `${failed.id} failed`, cancel: false }
  const cancelled = results.find((each) => each.result.status === 'cancelled')
  if (cancelled !== undefined || signal.aborted) return { reason: 'the run was cancelled', cancel: true }
  const blocked = results.find((each) => each.result.status === 'skipped' && each.result.blocked)
  if (blocked !== undefined) return { reason: `${blocked.id} did not run`, cancel: false }
  return undefined
}

function skipSteps(steps: readonly PlannedStep[], reason: string, blocked: boolean): StageResult['steps'] {
  return steps.map((step) => ({
    id: step.id,
    critical: step.run ? (step.critical ?? true) : false,
    result: step.run
      ? { status: 'skipped', reason, blocked }
      : { status: 'skipped', reason: step.reason, blocked: false },
    facts: [],
    kept: {},
  }))
}
