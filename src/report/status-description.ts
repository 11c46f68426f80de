import { renderDuration } from './duration.ts'
import { limitLine } from './limit-bytes.ts'
import { cancelledStage, placeOf, type RunReport } from './run-report.ts'

/** GitHub refuses a longer description with 422. */
export const STATUS_DESCRIPTION_LIMIT = 140

/** The cause of the result in at most 140 characters. */
export function renderStatusDescription(report: RunReport): string {
  const { facts, failure } = report
  const text = ((): string => {
    if (failure !== undefined) return `${placeOf(failure)}: ${failure.error.message}`
    if (report.status === 'cancelled') return `Cancelled in ${cancelledStage(report.stages) ?? 'preflight'}.`
    return `${facts.service} ${facts.version} is deployed to ${facts.environment} and verified (${renderDuration(report.durationMs)}).`
  })()
  return limitLine(text, STATUS_DESCRIPTION_LIMIT)
}
