import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt, valueAt } from './json.ts'
import { locate } from './locate.ts'
import { parseSeverity } from './severity.ts'

export interface SemgrepReport {
  readonly findings: readonly Finding[]
  /** How many files were looked at. */
  readonly scanned: number
  /** What went wrong without ending the scan: a file that does not parse, a rule that took too long. */
  readonly errors: readonly string[]
}

/**
 * Semgrep's own `json` format. Its SARIF says less: neither which files were looked at, nor that a rule is critical.
 *
 * @see https://semgrep.dev/docs/semgrep-appsec-platform/json-and-sarif
 */
export function parseSemgrep(report: unknown, workspace: string): SemgrepReport {
  const findings = arrayAt(report, 'results').map((result) => {
    const metadata = valueAt(result, 'extra', 'metadata')
    return createFinding({
      tool: 'semgrep',
      rule: stringAt(result, 'check_id') ?? '',
      severity: parseSeverity(stringAt(result, 'extra', 'severity') ?? ''),
      message: stringAt(result, 'extra', 'message') ?? '',
      file: locate(stringAt(result, 'path') ?? '', workspace),
      line: numberAt(result, 'start', 'line'),
      column: numberAt(result, 'start', 'col'),
      endLine: numberAt(result, 'end', 'line'),
      url: stringAt(metadata, 'source') ?? stringAt(metadata, 'references', 0),
    })
  })
  const errors = arrayAt(report, 'errors').map((error) =>
    [stringAt(error, 'path'), stringAt(error, 'message')].filter((part) => part !== undefined).join(': '),
  )
  return { findings, scanned: arrayAt(report, 'paths', 'scanned').length, errors }
}
