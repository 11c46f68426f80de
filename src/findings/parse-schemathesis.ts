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
  readonly requests: number
  /** What kept the scan from asking: `Network Error (3)`. */
  readonly errors: readonly string[]
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
  return {
    findings,
    complete: valueAt(report, 'complete') === true,
    tested: numberAt(report, 'operations', 'tested') ?? 0,
    selected: numberAt(report, 'operations', 'selected') ?? 0,
    requests: numberAt(report, 'test_cases', 'generated') ?? 0,
    errors,
  }
}
