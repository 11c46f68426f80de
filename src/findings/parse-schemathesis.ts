import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt, stringsAt, valueAt } from './json.ts'
import { parseSeverity } from './severity.ts'

export interface SchemathesisReport {
  readonly findings: readonly Finding[]
  /** Whether the tool says that it came to the end of what it had planned. */
  readonly complete: boolean
  /** Operations of the description that were asked at least once and answered. */
  readonly tested: number
  readonly selected: number
  /** All operations of the description, those that settings of the tool leave out with them. */
  readonly total: number
  readonly requests: number
  /** Operations that accepted a valid request, or failed at it: the scan got through to them. */
  readonly reached: readonly string[]
  readonly refused: readonly RefusedOperation[]
  /** Whether requests that are valid by the description were sent at all; only their answers show what is reached. */
  readonly sentValid: boolean
  /** Failures that are hidden because a baseline file of the repository lists them. */
  readonly hidden: number
  /** What kept the scan from asking: `Network Error (3)`. */
  readonly errors: readonly string[]
}

/** An operation that accepted no valid request. */
export interface RefusedOperation {
  /** `GET /items` */
  readonly operation: string
  /** What it answered, as far as the report tells: `401 or 403`. */
  readonly answer: string
}

/**
 * Schemathesis' JSON run report (`--report json`, since 4.30 with severities): one finding for each kind of failure and
 * operation.
 *
 * @param target the API description, relative to the workspace: where the findings are shown
 */
export function parseSchemathesis(report: unknown, target: string): SchemathesisReport {
  const findings = arrayAt(report, 'failures').flatMap((failure) => {
    const operations = stringsAt(failure, 'operations')
    return (operations.length === 0 ? ['the API'] : operations).map((operation) =>
      createFinding({
        tool: 'schemathesis',
        rule: stringAt(failure, 'code') ?? stringAt(failure, 'type') ?? '',
        severity: parseSeverity(stringAt(failure, 'severity') ?? ''),
        message: `${stringAt(failure, 'title') ?? 'Failure'}: ${operation}`,
        file: target,
        aliases: [stringAt(failure, 'type')].filter((type) => type !== undefined),
      }),
    )
  })
  const errors = arrayAt(report, 'errors').map(
    (error) => `${stringAt(error, 'title') ?? 'Error'} (${numberAt(error, 'count') ?? 1})`,
  )
  const total = numberAt(report, 'operations', 'total') ?? 0
  const selected = numberAt(report, 'operations', 'selected') ?? 0
  return {
    findings,
    complete: valueAt(report, 'complete') === true,
    tested: numberAt(report, 'operations', 'tested') ?? 0,
    selected,
    total: Math.max(total, selected),
    requests: numberAt(report, 'test_cases', 'generated') ?? 0,
    errors,
    ...readAnswers(report),
    hidden: numberAt(report, 'baseline', 'known') ?? 0,
  }
}

/** Phases that send requests of which the report counts the answers. */
const COUNTED_PHASES = ['examples', 'coverage', 'fuzzing']
const SERVER_ERROR = 'ST101'

function readAnswers(report: unknown): Pick<SchemathesisReport, 'reached' | 'refused' | 'sentValid'> {
  const rates = entriesAt(report, 'valid_rates').map(([operation, phases]) => {
    const sum = (name: string): number =>
      entriesAt(phases).reduce((total, [, rate]) => total + (numberAt(rate, name) ?? 0), 0)
    return { operation, sum }
  })
  const crashed = arrayAt(report, 'failures')
    .filter((failure) => stringAt(failure, 'code') === SERVER_ERROR)
    .flatMap((failure) => stringsAt(failure, 'operations'))
  // Of one that is marked so, nine answers in ten or more are 429: hardly any request was looked at.
  const limited = stringsAt(report, 'warnings', 'rate_limited')
  const accepted = rates
    .filter(({ operation, sum }) => sum('accepted') > 0 && !limited.includes(operation))
    .map(({ operation }) => operation)
  const reached = new Set([...accepted, ...crashed])
  const answers = new Map<string, string>()
  for (const { operation, sum } of rates) {
    const seen = [
      sum('unreachable') > 0 ? '404' : undefined,
      sum('conflicts') > 0 ? '409' : undefined,
      sum('rejected') > 0 ? 'another 4xx' : undefined,
    ].filter((each) => each !== undefined)
    answers.set(operation, seen.join(' or '))
  }
  for (const operation of stringsAt(report, 'warnings', 'base_url_mismatch')) {
    answers.set(operation, '404, the description has another base path')
  }
  for (const operation of limited) answers.set(operation, '429')
  for (const operation of stringsAt(report, 'warnings', 'missing_auth')) answers.set(operation, '401 or 403')
  const phases = COUNTED_PHASES.map((phase) => stringAt(report, 'phases', phase, 'skip_reason'))
  return {
    reached: [...reached],
    refused: [...answers]
      .filter(([operation]) => !reached.has(operation))
      .map(([operation, answer]) => ({ operation, answer })),
    sentValid: !phases.every((reason) => reason === 'disabled'),
  }
}

function entriesAt(value: unknown, ...path: readonly string[]): readonly [string, unknown][] {
  const found = valueAt(value, ...path)
  return typeof found === 'object' && found !== null ? Object.entries(found) : []
}
