import type { IgnoreEntry, ScannerSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import { decideGate, renderFinding, severities } from '../../findings/index.ts'
import type { StepContext } from '../../pipeline/index.ts'
import type { ScannerReport } from './scanner.ts'

const EVIDENCE_FINDINGS = 20

/**
 * Lets a scanner's findings pass, or says which do not.
 *
 * @param today in UTC: `2026-11-23`
 * @throws StagegateError E_SCAN_FINDINGS
 */
export function passGate(
  { tool, findings, evidence, notes }: ScannerReport,
  { failOn }: ScannerSettings,
  ignore: readonly IgnoreEntry[],
  today: string,
  step: StepContext,
): void {
  const { failing, ignored } = decideGate(findings, failOn, ignore, today)
  const counts = severities
    .map((severity) => ({ severity, count: findings.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`)
  step.fact('findings', counts.length === 0 ? 'none' : counts.join(', '))
  step.log.info(
    `${tool} looked at ${evidence}. Findings: ${counts.length === 0 ? 'none' : counts.join(', ')}.`,
  )
  for (const { finding, entry } of ignored) {
    step.log.info(`Ignored until ${entry.expires} (${entry.reason}): ${renderFinding(finding)}`)
  }
  if (failing.length === 0) return
  const lines = failing.slice(0, EVIDENCE_FINDINGS).map((finding) => {
    const note = notes?.get(finding)
    return `${renderFinding(finding)}${note === undefined ? '' : ` (${note})`}`
  })
  if (failing.length > EVIDENCE_FINDINGS) lines.push(`… and ${failing.length - EVIDENCE_FINDINGS} more`)
  throw new StagegateError('E_SCAN_FINDINGS', {
    message: `${tool} has ${failing.length} ${failing.length === 1 ? 'finding' : 'findings'} of severity ${failOn} or above.`,
    evidence: lines,
  })
}

/**
 * Refuses a list of ignored findings that holds an expired entry, so that none is forgotten.
 *
 * @param today in UTC: `2026-11-23`
 * @throws StagegateError E_SCAN_IGNORE_EXPIRED
 */
export function refuseExpired(ignore: readonly IgnoreEntry[], today: string): void {
  const { expired } = decideGate([], 'critical', ignore, today)
  if (expired.length === 0) return
  throw new StagegateError('E_SCAN_IGNORE_EXPIRED', {
    message: `${expired.length} of ${ignore.length} entries of scan.ignore have expired; today is ${today}.`,
    evidence: expired.map(({ id, reason, expires }) => `${id} expired after ${expires} (${reason})`),
  })
}
