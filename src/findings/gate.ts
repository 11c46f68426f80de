import type { Finding } from './finding.ts'
import { compareSeverity, isAtLeast, type Severity } from './severity.ts'

/** A finding that does not fail the run until the day it expires. */
export interface IgnoreEntry {
  /** The rule, one of its other ids, or the fingerprint of one finding. */
  readonly id: string
  readonly reason: string
  /** The last day that it counts, in UTC: `2027-01-31`. */
  readonly expires: string
}

export interface GateVerdict {
  /** What fails the run: at or above the threshold and not ignored; worst first. */
  readonly failing: readonly Finding[]
  readonly tolerated: readonly Finding[]
  readonly ignored: readonly { readonly finding: Finding; readonly entry: IgnoreEntry }[]
  /** Entries that no longer count. Each one fails the run, whether it would hide something or not. */
  readonly expired: readonly IgnoreEntry[]
}

/**
 * Whether findings let the run go on. Each is in exactly one of failing, tolerated and ignored.
 *
 * @param today in UTC: `2026-11-23`
 */
export function decideGate(
  findings: readonly Finding[],
  failOn: Severity,
  ignore: readonly IgnoreEntry[],
  today: string,
): GateVerdict {
  // days in this form are in order as texts; one in another form has always expired
  const counts = (entry: IgnoreEntry): boolean =>
    /^\d{4}-\d{2}-\d{2}$/.test(entry.expires) && entry.expires >= today
  const valid = ignore.filter(counts)
  const failing: Finding[] = []
  const tolerated: Finding[] = []
  const ignored: { finding: Finding; entry: IgnoreEntry }[] = []
  for (const finding of findings) {
    const entry = valid.find(({ id }) => namesOf(finding).includes(id))
    if (entry !== undefined) ignored.push({ finding, entry })
    else if (isAtLeast(finding.severity, failOn)) failing.push(finding)
    else tolerated.push(finding)
  }
  const worstFirst = failing.toSorted((one, other) => compareSeverity(one.severity, other.severity))
  return { failing: worstFirst, tolerated, ignored, expired: ignore.filter((entry) => !counts(entry)) }
}

function namesOf(finding: Finding): readonly string[] {
  return [finding.rule, finding.fingerprint, ...(finding.aliases ?? [])]
}
