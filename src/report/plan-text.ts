import type { PlannedStage, PlannedStep } from '../pipeline/index.ts'

/** The plan as the log shows it before anything runs: every step, its command or target, and where that came from. */
export function renderPlan(plan: readonly PlannedStage<never>[]): string {
  return plan.flatMap((stage) => [stageLine(stage), ...stepsOf(stage).map(stepLine)]).join('\n')
}

function stageLine(stage: PlannedStage<never>): string {
  switch (stage.kind) {
    case 'run':
      return `${stage.id}: ${stage.summary}`
    case 'skip':
      return `${stage.id}: not run: ${stage.reason}`
    case 'passed':
      return `${stage.id}: passed in ${stage.entry.from}${stage.again === undefined ? '' : `; ${stage.again.reason}`}`
    case 'closed':
      return `${stage.id}: gate closed: ${stage.error.message}`
    case 'ended':
      return `${stage.id}: ${stage.result.result.status} in another job`
  }
}

function stepsOf(stage: PlannedStage<never>): readonly PlannedStep[] {
  if (stage.kind === 'passed') return stage.again?.steps ?? []
  return stage.kind === 'run' ? stage.steps : []
}

function stepLine(step: PlannedStep): string {
  if (!step.run) return `  - ${step.id}: not applicable: ${step.reason}`
  const marks = [step.source, step.critical === false ? 'advisory' : undefined].filter(
    (mark) => mark !== undefined,
  )
  return `  ${step.id}: ${step.summary.replace(/\n/g, '; ')}${marks.length === 0 ? '' : `  (${marks.join(', ')})`}`
}
