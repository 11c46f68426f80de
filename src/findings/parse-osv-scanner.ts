import { createFinding, type Finding } from './finding.ts'
import { arrayAt, stringAt, stringsAt, valueAt } from './json.ts'
import { locate } from './locate.ts'
import { compareSeverity, parseSeverity, type Severity, severityOfScore } from './severity.ts'

export interface OsvReport {
  readonly findings: readonly Finding[]
  /** Packages that were looked at; only with `--all-packages`. */
  readonly packages: number
  /** Lock files and manifests that they were found in, relative to the workspace where they are in it. */
  readonly sources: readonly string[]
  /** Sources that do not count, see `counts`; nothing else of the report is of them. */
  readonly leftOut: readonly string[]
}

/**
 * osv-scanner 2's `json` format: one finding for each group of ids that mean the same in one package of one source.
 *
 * @param counts whether a source is looked at, by its path as in `sources`
 */
export function parseOsvScanner(
  report: unknown,
  workspace: string,
  counts: (source: string) => boolean = () => true,
): OsvReport {
  const sourceOf = (result: unknown): string => {
    const path = stringAt(result, 'source', 'path') ?? ''
    return locate(path, workspace) ?? path
  }
  const all = arrayAt(report, 'results')
  const results = all.filter((result) => counts(sourceOf(result)))
  const sources = results.map(sourceOf)
  const leftOut = all.map(sourceOf).filter((source) => !counts(source))
  const findings = results.flatMap((result) => {
    const file = locate(stringAt(result, 'source', 'path') ?? '', workspace)
    return arrayAt(result, 'packages').flatMap((entry) =>
      arrayAt(entry, 'groups').map((group) => describeGroup(entry, group, file)),
    )
  })
  const packages = results.reduce<number>((sum, result) => sum + arrayAt(result, 'packages').length, 0)
  return { findings, packages, sources, leftOut }
}

function describeGroup(entry: unknown, group: unknown, file: string | undefined): Finding {
  const ids = stringsAt(group, 'ids')
  const rule = ids[0] ?? 'unknown'
  const members = arrayAt(entry, 'vulnerabilities').filter((each) => ids.includes(stringAt(each, 'id') ?? ''))
  const name = stringAt(entry, 'package', 'name') ?? ''
  const summary = members.map((each) => stringAt(each, 'summary')).find((each) => each !== undefined)
  const fixed = fixedVersions(members, name)
  return createFinding({
    tool: 'osv-scanner',
    rule,
    severity: severityOf(group, members, ids),
    message:
      `${name} ${stringAt(entry, 'package', 'version') ?? ''}: ${summary ?? 'known vulnerability'}` +
      (fixed.length === 0 ? ' (no fixed version is known)' : ` (fixed in ${fixed.join(', ')})`),
    file,
    url: `https://osv.dev/${encodeURIComponent(rule)}`,
    aliases: [...new Set([...ids, ...stringsAt(group, 'aliases')])].filter((id) => id !== rule),
  })
}

/** The group's CVSS score; else the worst word that a database has for it; a package that is malicious is critical. */
function severityOf(group: unknown, members: readonly unknown[], ids: readonly string[]): Severity {
  if (ids.some((id) => id.startsWith('MAL-'))) return 'critical'
  const score = severityOfScore(Number(stringAt(group, 'max_severity') ?? NaN))
  if (score !== undefined) return score
  const words = members
    .map((each) => stringAt(each, 'database_specific', 'severity'))
    .filter((word) => word !== undefined)
    .map((word) => parseSeverity(word))
  return words.toSorted(compareSeverity)[0] ?? 'high'
}

function fixedVersions(members: readonly unknown[], name: string): readonly string[] {
  const affected = members
    .flatMap((each) => arrayAt(each, 'affected'))
    .filter((each) => stringAt(each, 'package', 'name') === name)
  const events = affected
    .flatMap((each) => arrayAt(each, 'ranges'))
    .filter((range) => valueAt(range, 'type') !== 'GIT')
    .flatMap((range) => arrayAt(range, 'events'))
  const versions = events.map((event) => stringAt(event, 'fixed')).filter((each) => each !== undefined)
  return [...new Set(versions)].slice(0, 5)
}
