import type { Failure } from '../../pipeline/index.ts'
import { redactResults } from '../redact-results.ts'
import type { Conclusion, Ending } from './conclude.ts'

/** The same conclusion without a secret in any text; what it decided stays what it is. */
export function redactConclusion(conclusion: Conclusion, redact: (text: string) => string): Conclusion {
  const { failure } = conclusion
  return {
    ...conclusion,
    ending: redactEnding(conclusion.ending, redact),
    failure: failure === undefined ? undefined : redactFailure(failure, redact),
  }
}

function redactEnding(ending: Ending, redact: (text: string) => string): Ending {
  switch (ending.kind) {
    case 'failed':
    case 'incomplete':
      return { ...ending, failure: redactFailure(ending.failure, redact) }
    case 'deployed':
      return { ...ending, lacks: ending.lacks.map(redact) }
    case 'cancelled':
    case 'was-deployed':
    case 'complete':
    case 'not-judged':
    case 'waiting':
      return ending
  }
}

function redactFailure(failure: Failure, redact: (text: string) => string): Failure {
  return { ...failure, error: redactResults(failure.error, redact) }
}
