/** What one check or one run of tests came to; `failures` has a text for each that failed, its name first. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly string[]
}

export const noTests: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] }

export function addTally(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
  }
}

/**
 * What failed, so that nobody has to look for it in an hour's log, and as the last line
 * `123 passed, 0 failed`, with `, 2 skipped` where there were any.
 */
export function renderTally({ passed, failed, skipped, failures }: Tally): string {
  const counts = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
  if (failures.length === 0) return counts
  return ['── What failed', ...failures.slice(0, shownFailures), '', counts].join('\n')
}

const shownFailures = 25
