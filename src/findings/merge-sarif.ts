import type { Finding } from './finding.ts'
import { compareSeverity, type Severity } from './severity.ts'

/** Limits of GitHub's code scanning: results and rules of one run. */
const MAX_RESULTS = 25_000
const MAX_RULES = 25_000

const levels = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
} as const satisfies Record<Severity, string>

/** GitHub reads the severity of a security rule from a score, by the bands of CVSS. */
const scores = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.1',
} as const satisfies Record<Severity, string>

/**
 * Where a finding without a file is shown: GitHub refuses a whole log in which one result has no location. A file of this
 * name need not be there.
 */
const NO_FILE = 'no-file'

/**
 * One SARIF 2.1.0 log of all findings: a run for each tool, in the order of their names, worst results first. The same
 * findings give the same bytes.
 *
 * @param tools that ran, so that one without findings has its run too, which closes its old alerts
 */
export function mergeSarif(findings: readonly Finding[], tools: readonly string[] = []): string {
  const byTool = Map.groupBy(findings, (finding) => finding.tool)
  const names = [...new Set([...tools, ...byTool.keys()])].toSorted()
  return `${JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: names.map((name) => describeRun(name, byTool.get(name) ?? [])),
    },
    undefined,
    2,
  )}\n`
}

function describeRun(name: string, findings: readonly Finding[]): object {
  const worstFirst = findings.toSorted(
    (one, other) =>
      compareSeverity(one.severity, other.severity) ||
      compareText(one.file ?? '', other.file ?? '') ||
      (one.line ?? 0) - (other.line ?? 0) ||
      (one.column ?? 0) - (other.column ?? 0) ||
      compareText(one.fingerprint, other.fingerprint),
  )
  const results = worstFirst.slice(0, MAX_RESULTS)
  const ordinals = new Map<string, number>()
  const byRule = Map.groupBy(results, (finding) => finding.rule)
  const rules = [...byRule].toSorted(([one], [other]) => compareText(one, other)).slice(0, MAX_RULES)
  return {
    tool: { driver: { name, rules: rules.map(([id, group]) => describeRule(id, group)) } },
    columnKind: 'utf16CodeUnits',
    results: results.map((finding) => describeResult(finding, nextOrdinal(ordinals, finding))),
  }
}

function describeRule(id: string, [worst]: readonly Finding[]): object {
  const severity = worst?.severity ?? 'info'
  return {
    id: notEmpty(id),
    shortDescription: { text: notEmpty(id) },
    defaultConfiguration: { level: levels[severity] },
    ...(worst?.url === undefined ? {} : { helpUri: worst.url }),
    properties: { 'security-severity': scores[severity], tags: ['security'] },
  }
}

/** How many findings of this fingerprint came before, and this one: two places of one text in one file are two alerts. */
function nextOrdinal(ordinals: Map<string, number>, { fingerprint }: Finding): number {
  const ordinal = (ordinals.get(fingerprint) ?? 0) + 1
  ordinals.set(fingerprint, ordinal)
  return ordinal
}

function describeResult(finding: Finding, ordinal: number): object {
  const { file, line, column, endLine, fingerprint } = finding
  const region = {
    startLine: line,
    ...(column === undefined ? {} : { startColumn: column }),
    ...(endLine === undefined ? {} : { endLine }),
  }
  const place = {
    artifactLocation: {
      uri: (file ?? NO_FILE).split('/').map(encodeURIComponent).join('/'),
      uriBaseId: '%SRCROOT%',
    },
    ...(line === undefined ? {} : { region }),
  }
  return {
    ruleId: notEmpty(finding.rule),
    level: levels[finding.severity],
    message: { text: finding.message === '' ? notEmpty(finding.rule) : finding.message },
    locations: [{ physicalLocation: place }],
    partialFingerprints: { 'stagegate/v1': ordinal === 1 ? fingerprint : `${fingerprint}:${ordinal}` },
  }
}

/** GitHub refuses an empty rule id and an empty text. */
function notEmpty(text: string): string {
  return text === '' ? 'unknown' : text
}

/** By code units: the same order on every machine. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
