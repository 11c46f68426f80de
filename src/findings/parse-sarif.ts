import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt, valueAt } from './json.ts'
import { locate } from './locate.ts'
import { parseSeverity, type Severity, severityOfScore } from './severity.ts'

/**
 * SARIF 2.1.0 of any tool. Left out, because they ask for nothing: results of a kind other than `fail` (or `open`,
 * `review`), those that the tool has suppressed, and those that are gone since the tool's own baseline.
 */
export function parseSarif(log: unknown, workspace: string): readonly Finding[] {
  return arrayAt(log, 'runs').flatMap((run) => {
    const tool = stringAt(run, 'tool', 'driver', 'name') ?? 'sarif'
    const rules = [...arrayAt(run, 'tool', 'driver', 'rules')]
    for (const extension of arrayAt(run, 'tool', 'extensions')) rules.push(...arrayAt(extension, 'rules'))
    const rulesById = new Map(rules.map((rule) => [stringAt(rule, 'id'), rule]))
    return arrayAt(run, 'results')
      .filter((result) => isOpen(result))
      .map((result) => {
        const id =
          stringAt(result, 'ruleId') ??
          stringAt(result, 'rule', 'id') ??
          stringAt(run, 'tool', 'driver', 'rules', numberAt(result, 'ruleIndex') ?? -1, 'id') ??
          ''
        const rule = rulesById.get(id)
        const place = valueAt(result, 'locations', 0, 'physicalLocation')
        return createFinding({
          tool,
          rule: id,
          severity: severityOf(result, rule),
          message: stringAt(result, 'message', 'text') ?? stringAt(rule, 'shortDescription', 'text') ?? id,
          file: fileOf(run, place, workspace),
          line: numberAt(place, 'region', 'startLine'),
          column: numberAt(place, 'region', 'startColumn'),
          endLine: numberAt(place, 'region', 'endLine'),
          url: stringAt(rule, 'helpUri'),
        })
      })
  })
}

function isOpen(result: unknown): boolean {
  const kind = stringAt(result, 'kind') ?? 'fail'
  const suppressed = arrayAt(result, 'suppressions').some(
    (each) => (stringAt(each, 'status') ?? 'accepted') === 'accepted',
  )
  return (
    ['fail', 'open', 'review'].includes(kind) && !suppressed && stringAt(result, 'baselineState') !== 'absent'
  )
}

/** GitHub's `security-severity` (a CVSS score) where the rule has one, else the level; its default is `warning`. */
function severityOf(result: unknown, rule: unknown): Severity {
  const score = valueAt(rule, 'properties', 'security-severity')
  const level = stringAt(result, 'level') ?? stringAt(rule, 'defaultConfiguration', 'level') ?? 'warning'
  return severityOfScore(Number(score ?? NaN)) ?? parseSeverity(level)
}

function fileOf(run: unknown, place: unknown, workspace: string): string | undefined {
  const uri = stringAt(place, 'artifactLocation', 'uri')
  if (uri === undefined) return undefined
  const baseId = stringAt(place, 'artifactLocation', 'uriBaseId')
  const base = baseId === undefined ? undefined : stringAt(run, 'originalUriBaseIds', baseId, 'uri')
  try {
    if (base !== undefined) return locate(new URL(uri, base).href, workspace)
    return locate(uri.startsWith('file:') ? uri : decodeURIComponent(uri), workspace)
  } catch {
    return undefined
  }
}
