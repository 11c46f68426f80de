/** How bad a finding is. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info'

/** Worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const satisfies readonly Severity[]

/** Whether a severity is as bad as a threshold, or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold)
}

/** Negative when the first is worse; for sorting worst first. */
export function compareSeverity(one: Severity, other: Severity): number {
  return severities.indexOf(one) - severities.indexOf(other)
}

const words: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ['critical', 'critical'],
  ['blocker', 'critical'],
  ['fatal', 'high'],
  ['fatal error', 'high'],
  ['error', 'high'],
  ['high', 'high'],
  ['major', 'high'],
  ['important', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['warning', 'medium'],
  ['warn', 'medium'],
  ['minor', 'low'],
  ['low', 'low'],
  ['note', 'low'],
  ['style', 'low'],
  ['info', 'info'],
  ['information', 'info'],
  ['none', 'info'],
])

/** The severity that a tool's word means, in any case; undefined for a word that nobody knows. */
export function severityOfWord(word: string): Severity | undefined {
  return words.get(word.trim().toLowerCase())
}

/** The severity that a tool's word means, in any case; a word that nobody knows counts as high. */
export function parseSeverity(word: string): Severity {
  return severityOfWord(word) ?? 'high'
}

/**
 * The severity of a CVSS score of 0 to 10, by the bands of CVSS 3.1 section 5. Undefined for anything else, so that a
 * forged or absent score never makes a finding harmless.
 */
export function severityOfScore(score: number): Severity | undefined {
  if (!Number.isFinite(score) || score <= 0 || score > 10) return undefined
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  return score >= 4 ? 'medium' : 'low'
}
