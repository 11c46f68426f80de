import { createFinding, type Finding } from '../finding.ts'
import { arrayAt, numberAt, stringAt, valueAt } from '../json.ts'
import { parseSeverity, type Severity, severityOfScore, severityOfWord } from '../severity.ts'
import { explainFailedRun, readRuns } from './check-run.ts'
import { findLocation } from './find-location.ts'
import { type ResultRule, RuleFinder } from './find-rule.ts'
import { readMessage } from './read-message.ts'

export interface SarifReport {
  readonly findings: readonly Finding[]
  /** Why a tool did not do its work, in its own words; its results are then not complete. */
  readonly failure: string | undefined
  /** Results that the tool itself has suppressed, by a comment or a list of its own. */
  readonly suppressed: number
}

/**
 * SARIF 2.1.0 of any tool. No findings, because they ask for nothing: results of the kinds `pass`, `informational` and
 * `notApplicable`, those that the tool has suppressed, and those that are gone since the tool's own baseline.
 *
 * @throws StagegateError E_REPORT_UNREADABLE for another version, and where a run does not have its results
 */
export function parseSarif(log: unknown, source: string, workspace: string): SarifReport {
  const runs = readRuns(log, source)
  const results = runs.flatMap((run) => arrayAt(run, 'results')).filter((result) => asks(result))
  const failures = runs.map(explainFailedRun).filter((each) => each !== undefined)
  return {
    findings: runs.flatMap((run) => readResults(run, workspace)),
    failure: failures.length === 0 ? undefined : failures.join('; '),
    suppressed: results.filter((result) => isSuppressed(result)).length,
  }
}

function readResults(run: unknown, workspace: string): readonly Finding[] {
  const tool = stringAt(run, 'tool', 'driver', 'name') ?? 'sarif'
  const rules = new RuleFinder(run)
  return arrayAt(run, 'results')
    .filter((result) => asks(result) && !isSuppressed(result))
    .map((result) => {
      const rule = rules.find(result)
      const location = findLocation(run, result, workspace)
      return createFinding({
        tool,
        rule: rule.id,
        severity: severityOf(result, rule),
        message: readMessage(run, result, rule.descriptor) ?? rule.id,
        file: location?.file,
        line: numberAt(location?.region, 'startLine'),
        column: numberAt(location?.region, 'startColumn'),
        endLine: numberAt(location?.region, 'endLine'),
        url: stringAt(rule.descriptor, 'helpUri'),
        aliases: rule.parent === undefined ? [] : [rule.parent],
      })
    })
}

function kindOf(result: unknown): string {
  return stringAt(result, 'kind') ?? 'fail'
}

function asks(result: unknown): boolean {
  return ['fail', 'open', 'review'].includes(kindOf(result)) && stringAt(result, 'baselineState') !== 'absent'
}

function isSuppressed(result: unknown): boolean {
  return arrayAt(result, 'suppressions').some(
    (each) => (stringAt(each, 'status') ?? 'accepted') === 'accepted',
  )
}

/**
 * GitHub's `security-severity` (a CVSS score, or a word) of the result or its rule, else the level. By the standard that is
 * `warning` where none is named, and `none` for a result that is no failure (3.27.10).
 */
function severityOf(result: unknown, { descriptor }: ResultRule): Severity {
  const level = stringAt(result, 'level')
  if (kindOf(result) !== 'fail' && level === undefined) return 'info'
  for (const owner of [result, descriptor]) {
    const score = valueAt(owner, 'properties', 'security-severity')
    const severity =
      severityOfScore(Number(score ?? NaN)) ?? (typeof score === 'string' ? severityOfWord(score) : undefined)
    if (severity !== undefined) return severity
  }
  return parseSeverity(level ?? stringAt(descriptor, 'defaultConfiguration', 'level') ?? 'warning')
}
