import { renderDuration } from './duration.ts'
import { limitLine } from './limit-bytes.ts'
import { placeOf, type RunReport } from './run-report.ts'

/** GitHub refuses a longer description with 422. */
export const STATUS_DESCRIPTION_LIMIT = 140

/** The cause of the result in at most 140 characters. */
export function renderStatusDescription(report: RunReport): string {
  return limitLine(describe(report), STATUS_DESCRIPTION_LIMIT)
}

function describe({ facts, conclusion: { ending }, durationMs }: RunReport): string {
  switch (ending.kind) {
    case 'failed':
      return `${placeOf(ending.failure)}: ${ending.failure.error.message}`
    case 'incomplete':
      return ending.failure.error.message
    case 'cancelled':
      return `Cancelled in ${ending.stage}.`
    case 'deployed': {
      const what = `${facts.service} ${facts.version} is deployed to ${facts.environment}`
      const time = renderDuration(durationMs)
      return ending.lacks.length === 0
        ? `${what} and verified (${time}).`
        : `${what} (${time}); not verified: ${ending.lacks.join(', ')}.`
    }
    case 'was-deployed':
      return `${facts.service} ${facts.version} was deployed to ${facts.environment} by an earlier call.`
    case 'complete':
      return ending.isIdle
        ? 'No stage applies: nothing was built, tested or deployed.'
        : 'Every stage passed; nothing was to be deployed.'
    case 'not-judged':
      return 'What earlier calls did is not known to this one: this event leaves no record of them.'
    case 'waiting':
      return ending.next === undefined
        ? 'Waiting for the last call: every stage has passed.'
        : `Waiting for the stage ${ending.next}.`
  }
}
