import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt } from './json.ts'
import { parseSeverity, type Severity } from './severity.ts'

export interface ConftestReport {
  readonly findings: readonly Finding[]
  /** Rules that were asked, over all files: passed, failed, warned, excepted and skipped. */
  readonly checks: number
}

/** What a file that conftest read stands for. */
export interface Subject {
  /** `Deployment staging/api` */
  readonly title: string
  readonly file?: string
  readonly line?: number
}

/**
 * conftest's `json` format. `deny` and `violation` are high, `warn` is medium, unless the rule's own result has a
 * `severity`; a result's `id` or `code` names the rule, else its query does (`main.deny_latest`). What a rule `exception`
 * lets pass is no finding.
 *
 * @see https://www.conftest.dev/
 */
export function parseConftest(
  report: unknown,
  subjectOf: (filename: string) => Subject | undefined,
): ConftestReport {
  // conftest works on many files at once: its order is another one each time.
  const results = arrayAt(report).toSorted((one, other) => compareTexts(filenameOf(one), filenameOf(other)))
  const checks = results.reduce<number>((sum, result) => sum + countChecks(result), 0)
  const findings = results.flatMap((result) => {
    const subject = subjectOf(filenameOf(result))
    const describe = (severity: Severity) => (each: unknown) => describeResult(each, severity, subject)
    return [
      ...arrayAt(result, 'failures').map(describe('high')),
      ...arrayAt(result, 'warnings').map(describe('medium')),
    ].sort((one, other) => compareTexts(one.rule, other.rule) || compareTexts(one.message, other.message))
  })
  return { findings, checks }
}

function filenameOf(result: unknown): string {
  return stringAt(result, 'filename') ?? ''
}

/** By code unit, so that the order is the same in every locale. */
function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function countChecks(result: unknown): number {
  const lists = ['failures', 'warnings', 'exceptions', 'skipped']
  return lists.reduce<number>(
    (sum, key) => sum + arrayAt(result, key).length,
    numberAt(result, 'successes') ?? 0,
  )
}

function describeResult(result: unknown, severity: Severity, subject: Subject | undefined): Finding {
  const own = stringAt(result, 'metadata', 'severity')
  const query = stringAt(result, 'metadata', 'query')?.replace(/^data\./, '')
  const message = stringAt(result, 'msg') ?? ''
  return createFinding({
    tool: 'conftest',
    rule: stringAt(result, 'metadata', 'id') ?? stringAt(result, 'metadata', 'code') ?? query ?? 'policy',
    severity: own === undefined ? severity : parseSeverity(own),
    message: subject === undefined ? message : `${subject.title}: ${message}`,
    file: subject?.file,
    line: subject?.line,
    url: stringAt(result, 'metadata', 'url'),
  })
}
