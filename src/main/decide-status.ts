import type { ErrorCode } from '../errors/index.ts'
import { nextStage, type RunReport } from '../report/run-report.ts'

export interface DecidedStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** Undefined: the description that the report itself gives. */
  readonly description?: string
}

/**
 * The commit status at the end of a call: the table of docs/steps.md. A call with deploy makes it green when deploy has
 * finished; a call without deploy leaves it pending and says what comes next; a last call of `report` alone makes it
 * terminal. Undefined: it stays as it is. Pure.
 *
 * @param current the state that the status has now; undefined when it has none
 */
export function decideStatus(report: RunReport, current: string | undefined): DecidedStatus | undefined {
  const alone = isReportAlone(report.facts.stages)
  // The job that failed has said why; a last call knows no better.
  const said = alone && (current === 'failure' || current === 'error')
  if (report.status === 'failure') {
    if (said) return undefined
    return { state: isNoVerdict(report.failure?.error.code) ? 'error' : 'failure' }
  }
  // A last call that was cancelled takes back nothing that earlier calls have earned.
  if (report.status === 'cancelled')
    return said || (alone && current === 'success') ? undefined : { state: 'error' }
  const deploy = report.stages.find((stage) => stage.id === 'deploy')?.result.status
  if (deploy === 'success') return { state: 'success' }

  const next = nextStage(report)
  if (isReportAlone(report.facts.stages)) {
    if (current !== undefined && current !== 'pending') return undefined
    if (next === undefined) return nothingToDeploy
    return { state: 'error', description: `Not deployed: the stage ${next} has not passed.` }
  }
  if (next === undefined) return nothingToDeploy
  return { state: 'pending', description: `Waiting for the stage ${next}.` }
}

/** Codes after which nothing is known of the commit: the run was cancelled, or has crashed. */
export function isNoVerdict(code: ErrorCode | undefined): boolean {
  return code === 'E_CANCELLED' || code === 'E_INTERNAL' || code === 'E_INTERNAL_UNFINISHED'
}

/**
 * Whether this call only makes an end of what earlier calls did.
 *
 * @param asked the input `stages`; undefined means all
 */
export function isReportAlone(asked: readonly string[] | undefined): boolean {
  return asked?.every((stage) => stage === 'report') ?? false
}

const nothingToDeploy = {
  state: 'success',
  description: 'Every stage passed; nothing was to be deployed.',
} as const
