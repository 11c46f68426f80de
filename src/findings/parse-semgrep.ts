import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt, stringsAt, valueAt } from './json.ts'
import { locate } from './locate.ts'
import { parseSeverity } from './severity.ts'

export interface SemgrepReport {
  readonly findings: readonly Finding[]
  /** How many files were looked at. */
  readonly scanned: number
  /** Their paths, relative to the workspace. */
  readonly paths: readonly string[]
  /** Files that semgrep says it left out, with its own word for why: `exceeded_size_limit`. Only with `--verbose`. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  /** What went wrong without ending the scan: a file that does not parse, a rule that took too long. */
  readonly errors: readonly string[]
  /** Files that one of the errors is about: rules may have missed something in them. */
  readonly readInPart: readonly string[]
}

/** Semgrep's word for a file that it looked at, but not to the end, or not with every rule. */
const READ_IN_PART = 'analysis_failed_parser_or_internal_error'

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
  const problems = arrayAt(report, 'errors').map((error) => ({
    path: stringAt(error, 'path'),
    message: stringAt(error, 'message'),
  }))
  const paths = stringsAt(report, 'paths', 'scanned').map((path) => locate(path, workspace) ?? path)
  const entries = arrayAt(report, 'paths', 'skipped').map((each) => {
    const path = stringAt(each, 'path') ?? ''
    return { path: locate(path, workspace) ?? path, reason: stringAt(each, 'reason') ?? 'no reason given' }
  })
  const failed = [
    ...problems.map(({ path }) => (path === undefined ? undefined : locate(path, workspace))),
    ...entries.filter(({ reason }) => reason === READ_IN_PART).map(({ path }) => path),
  ].filter((path) => path !== undefined)
  return {
    findings,
    scanned: arrayAt(report, 'paths', 'scanned').length,
    paths,
    skipped: entries.filter(({ reason }) => reason !== READ_IN_PART),
    errors: problems.map(({ path, message }) =>
      [path, message].filter((part) => part !== undefined).join(': '),
    ),
    readInPart: [...new Set(failed)],
  }
}
