/** What one line that a test runner printed says about how many tests ran. */
export interface Statement {
  /** The runner's own name: `jest`, `go test`. */
  readonly runner: string
  /** Below zero where it corrects an earlier line: `OK (skipped=1)` after `Ran 3 tests`. */
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Whether it belongs to the summary that an earlier line began, as mocha's `1 failing` after `3 passing`. */
  readonly more?: true
  /** Whether tests ran of which the line does not say how many. */
  readonly some?: true
  /** Whether more tests may have run than it counts. */
  readonly atLeast?: true
  /** Whether the runner fails because there was no test. */
  readonly endsRun?: true
  /** Whether it says that a test failed without saying which. */
  readonly fails?: true
}

export type Counts = Pick<Statement, 'passed' | 'failed' | 'skipped'>

const passed: ReadonlySet<string> = new Set(
  'passed passing pass succeeded successful success flaky xfailed xpassed'.split(' '),
)
const failed: ReadonlySet<string> = new Set(
  'failed failing fail failure failures error errors cancelled interrupted successes'.split(' '),
)
const skipped: ReadonlySet<string> = new Set(
  'skipped skip skips pending pendings ignored todo omissions disabled incomplete canceled aborted'.split(
    ' ',
  ),
)
const total: ReadonlySet<string> = new Set(
  'total tests test run runs examples example specs spec doctest doctests properties'.split(' '),
)

/**
 * Counts in a list such as `1 failed, 2 passed`, `Total: 4, Failed: 0` or `failures=1, errors=1`. Words that say nothing
 * about tests (assertions, warnings, filtered out, expected failures) are passed over. What is neither failed nor skipped
 * of a total has passed.
 */
export function countItems(list: string): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  let all = 0
  let saysPassed = false
  for (const item of list.split(/[,;|]/)) {
    const [count, word] = readItem(item.trim().toLowerCase())
    if (passed.has(word)) {
      counts.passed += count
      saysPassed = true
    } else if (failed.has(word)) counts.failed += count
    else if (skipped.has(word)) counts.skipped += count
    else if (total.has(word)) all += count
  }
  return saysPassed ? counts : { ...counts, passed: Math.max(0, all - counts.failed - counts.skipped) }
}

/** `3 passed` or `Tests run: 3`, `failures=1`: the number, and the word that it counts. */
function readItem(item: string): readonly [number, string] {
  const [, first, word = ''] = /^(\d{1,9}) ([a-z]{1,30})/.exec(item) ?? []
  if (first !== undefined) return [Number(first), word]
  const [, expected, last = '', digits = '0'] =
    /^(expected )?(?:[a-z]{1,30} )?([a-z]{1,30})(?:: {0,10}|=| {1,10})(\d{1,9})$/.exec(item) ?? []
  return [Number(digits), expected === undefined ? last : '']
}
