import type { PrintedCounts } from './ran/test-counter.ts'
import type { TestSummary } from './test-summary.ts'

/** How many tests passed or failed: what was skipped did not run. `unknown` where nothing says it. */
export type TestsRan = number | 'unknown'

/** How many tests of a step ran, by its reports, else by what the test runners printed; at least as many where those say so. */
export function countTestsRan(
  reported: TestSummary | undefined,
  printed: PrintedCounts | undefined,
): TestsRan {
  if (reported !== undefined) return reported.passed + reported.failed
  if (printed === undefined || printed.known === 'unknown') return 'unknown'
  return printed.passed + printed.failed
}

/** How many ran in several steps together: at least those that are known. */
export function addTestsRan(counts: readonly TestsRan[]): TestsRan {
  const sum = counts.reduce<number>((all, each) => all + (each === 'unknown' ? 0 : each), 0)
  return sum === 0 && counts.includes('unknown') ? 'unknown' : sum
}

/** `at least 3 passed, as go test printed`. */
export function describePrinted({ passed, failed, skipped, known, runners }: PrintedCounts): string {
  const counts = [`${known === 'at-least' ? 'at least ' : ''}${passed} passed`]
  if (failed > 0) counts.push(`${failed} failed`)
  if (skipped > 0) counts.push(`${skipped} skipped`)
  return `${counts.join(', ')}, as ${runners.join(' and ')} printed`
}
