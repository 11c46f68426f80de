/** What one check or one run of tests came to; `failures` has a text for each that failed, its name first. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly string[]
  /** Tests that passed only when they ran again, each with what went wrong the first time. */
  readonly flaky: readonly string[]
}

export const noTests: Tally = { passed: 0, failed: 0, skipped: 0, failures: [], flaky: [] }

export function addTally(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
    flaky: [...one.flaky, ...other.flaky],
  }
}

/**
 * What failed, so that nobody has to look for it in an hour's log, and as the last line
 * `123 passed, 0 failed`, with `, 2 skipped` where there were any.
 */
export function renderTally({ passed, failed, skipped, failures, flaky }: Tally): string {
  const counts = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
  return [
    ...list('What passed only when it ran again', flaky),
    ...list('What failed', failures),
    counts,
  ].join('\n')
}

const shown = 25

function list(title: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [`── ${title}`, ...texts.slice(0, shown), '']
}
