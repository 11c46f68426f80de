import { nearestName, StagegateError } from '../errors/index.ts'
import type { StageResult } from './result.ts'
import type { AnyStage, Decision, PlannedStep, Stages } from './stage.ts'

/** Which stages a call runs. */
export interface Selection {
  /** The input `stages`: undefined means all. */
  readonly stages: readonly string[] | undefined
  /** The input `from`: `auto` resumes at the first stage without a pass, `start` runs everything. */
  readonly from: string
  /** `jobs`: whoever started this call has seen to it that the stages before it passed. Default: the ledger says so. */
  readonly gates?: 'ledger' | 'jobs'
  /** Set where no call can leave a pass for the next one, as on a fork, which deploys nothing either. */
  readonly noLedger?: true
}

/** A pass of a stage that an earlier call left for this commit, tree and configuration. */
export interface LedgerEntry {
  readonly output: unknown
  /** The run and attempt that made it, as people read it. */
  readonly from: string
}

/** Stage id → its valid pass. Empty where there is no ledger. */
export type Ledger = ReadonlyMap<string, LedgerEntry>

/** What of a passed stage is run again. */
export interface Again<Systems> {
  /** As the plan says it, after the steps: `test needs them here`. */
  readonly reason: string
  readonly steps: readonly PlannedStep[]
  readonly decision: Extract<Decision<never, unknown, Systems>, { run: true }>
}

export type PlannedStage<Systems> =
  | {
      readonly id: string
      readonly kind: 'run'
      readonly summary: string
      readonly steps: readonly PlannedStep[]
      readonly decision: Extract<Decision<never, unknown, Systems>, { run: true }>
    }
  | {
      readonly id: string
      readonly kind: 'passed'
      readonly entry: LedgerEntry
      /** Set where its result is not on this machine, and a later stage needs it: the steps that make it again. */
      readonly again?: Again<Systems>
    }
  | {
      readonly id: string
      readonly kind: 'skip'
      readonly reason: string
      readonly steps: readonly PlannedStep[]
    }
  | { readonly id: string; readonly kind: 'closed'; readonly error: StagegateError }
  /** Another job has run it. `told`: listeners hear of its end, as if it had ended here. */
  | { readonly id: string; readonly kind: 'ended'; readonly result: StageResult; readonly told: boolean }

/**
 * Decides for each stage whether it runs, was passed before, is not applicable, or has its gate closed. Pure.
 *
 * A stage that is not selected counts as passed when the ledger has it; a later selected stage whose earlier stages
 * have no pass finds its gate closed. Stages that the configuration makes not applicable keep gates open; one that was
 * asked for by name (`stages`, `from`) has a gate of its own all the same: nothing is green because it does not apply.
 */
export function planPipeline<Outputs, Config, Systems>(
  stages: Stages<Outputs, Config, Systems>,
  config: Config,
  selection: Selection,
  ledger: Ledger,
): readonly PlannedStage<Systems>[] {
  const all = listStages(stages)
  checkSelection(all, selection)
  const fromIndex = all.findIndex((stage) => String(stage.id) === selection.from)
  const missing: string[] = []
  let resuming = selection.from === 'auto'
  return all.map((stage, index) => {
    const id = String(stage.id)
    const decision = stage.plan(config) as Decision<never, unknown, Systems>
    const isClosed = missing.length > 0 && selection.gates !== 'jobs'
    if (!decision.run) {
      // Asked for by name, it answers for what is before it as any other stage does.
      const named = (selection.stages?.includes(id) ?? false) || selection.from === id
      const answers = named && selection.noLedger !== true && (stage.attendance ?? 'asked') === 'asked'
      return isClosed && answers
        ? { id, kind: 'closed', error: closedGate(id, missing) }
        : { id, kind: 'skip', reason: decision.reason, steps: [] }
    }
    const run: PlannedStage<Systems> = {
      id,
      kind: 'run',
      summary: decision.summary,
      steps: decision.steps,
      decision,
    }
    if (stage.attendance === 'always' || stage.attendance === 'every-call') return run

    const entry = stage.ledger === false ? undefined : ledger.get(id)
    const selected = selection.stages?.includes(id) ?? true
    const before = index < fromIndex
    if (!selected || before) {
      if (entry !== undefined) return { id, kind: 'passed', entry }
      missing.push(id)
      const reason = before ? `the run starts at ${selection.from}` : 'not asked for by the input stages'
      return { id, kind: 'skip', reason, steps: decision.steps }
    }
    if (resuming && entry !== undefined) return { id, kind: 'passed', entry }
    resuming = false
    return isClosed ? { id, kind: 'closed', error: closedGate(id, missing) } : run
  })
}

/** The stages in the order of the sequence: the order in which the object names them. */
export function listStages<Outputs, Config, Systems>(
  stages: Stages<Outputs, Config, Systems>,
): readonly AnyStage<Outputs, keyof Outputs, Config, Systems>[] {
  const all = Object.values<AnyStage<Outputs, keyof Outputs, Config, Systems>>(stages)
  const seen = new Set<keyof Outputs>()
  for (const stage of all) {
    for (const need of stage.needs) {
      if (!seen.has(need))
        throw new Error(`${String(stage.id)} needs ${String(need)}, which does not come before it`)
    }
    seen.add(stage.id)
  }
  return all
}

function checkSelection(all: readonly { id: PropertyKey }[], selection: Selection): void {
  const known = all.map((stage) => String(stage.id))
  for (const asked of [
    ...(selection.stages ?? []),
    ...(['auto', 'start'].includes(selection.from) ? [] : [selection.from]),
  ]) {
    if (!known.includes(asked)) {
      const meant = nearestName(asked, known)
      const hint = meant === undefined ? '.' : `; did you mean ${meant}?`
      throw new StagegateError('E_INPUT_INVALID', {
        message: `There is no stage "${asked}"${hint}`,
        next: `Use one of: ${known.join(', ')}.`,
      })
    }
  }
}

function closedGate(id: string, missing: readonly string[]): StagegateError {
  return new StagegateError('E_GATE_CLOSED', {
    message: `The stage ${id} may not start: ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} not passed for this commit and configuration.`,
    state: 'Nothing was changed by this stage.',
    next: `Run stages: ${missing.join(', ')} first, in an earlier step or job of this workflow.`,
  })
}
