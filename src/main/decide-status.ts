import type { RunReport } from '../report/run-report.ts'

export interface DecidedStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** Undefined: the description that the report itself gives. */
  readonly description?: string
}

/**
 * The commit status at the end of a call. Only a finished deploy makes it green; a call without deploy leaves it pending
 * and says what comes next; a last call of `report` alone makes it terminal. Undefined: it stays as it is. Pure.
 *
 * @param current the state that the status has now
 */
export function decideStatus(report: RunReport, current: string | undefined): DecidedStatus | undefined {
  if (report.status === 'failure') return { state: 'failure' }
  if (report.status === 'cancelled') return { state: 'error' }
  const resultOf = (id: string): string | undefined =>
    report.stages.find((stage) => stage.id === id)?.result.status
  if (resultOf('deploy') === 'success') return { state: 'success' }
  const asked = report.facts.stages
  if (asked === undefined)
    return { state: 'success', description: 'Every stage passed; nothing was to be deployed.' }
  if (asked.every((stage) => stage === 'report')) {
    if (current === 'success' || current === 'failure' || current === 'error') return undefined
    return { state: 'error', description: 'The run ended before it was deployed.' }
  }
  const next = report.stages.find(
    (stage) => stage.id !== 'report' && stage.result.status === 'skipped' && !asked.includes(stage.id),
  )
  return {
    state: 'pending',
    description: next === undefined ? 'Waiting for deploy.' : `Waiting for the stage ${next.id}.`,
  }
}
