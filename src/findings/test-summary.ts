import { createFinding, type Finding } from './finding.ts'

export interface TestCase {
  /** Names of the suites around it, outermost first, and its own. */
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly durationMs: number
  /** Relative to the workspace. */
  readonly file?: string
  readonly line?: number
  /** Why it failed or was skipped, in one or a few lines. */
  readonly message?: string
  /** What the test runner printed about the failure: the stack, a diff. */
  readonly details?: string
}

/** What test reports say, counted from their cases: counts in attributes are not believed. */
export interface TestSummary {
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Passed in the end, after a failure. */
  readonly flaky: number
  /** Sum over the cases; less than the wall time says nothing, for tests run at the same time. */
  readonly durationMs: number
  /** The first 1,000. */
  readonly failures: readonly TestCase[]
  /** The ten slowest, slowest first. */
  readonly slowest: readonly TestCase[]
}

const MAX_FAILURES = 1_000
const MAX_SLOWEST = 10

export const noTests: TestSummary = {
  total: 0,
  passed: 0,
  failed: 0,
  skipped: 0,
  flaky: 0,
  durationMs: 0,
  failures: [],
  slowest: [],
}

/** Counts cases as they are read, and keeps only those that someone will look at. */
export class TestTally {
  readonly #counts = { passed: 0, failed: 0, skipped: 0 }
  readonly #failures: TestCase[] = []
  #slowest: TestCase[] = []
  #flaky = 0
  #durationMs = 0

  add(testCase: TestCase, flaky = false): void {
    this.#counts[testCase.outcome] += 1
    this.#durationMs += testCase.durationMs
    if (flaky) this.#flaky += 1
    if (testCase.outcome === 'failed' && this.#failures.length < MAX_FAILURES) this.#failures.push(testCase)
    this.#slowest = keepSlowest(this.#slowest, [testCase])
  }

  get total(): number {
    return this.#counts.passed + this.#counts.failed + this.#counts.skipped
  }

  summary(): TestSummary {
    return {
      total: this.total,
      ...this.#counts,
      flaky: this.#flaky,
      durationMs: this.#durationMs,
      failures: this.#failures,
      slowest: this.#slowest,
    }
  }
}

/** The summary of several reports together. */
export function mergeTestSummaries(summaries: readonly TestSummary[]): TestSummary {
  return summaries.reduce(
    (sum, each) => ({
      total: sum.total + each.total,
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
      flaky: sum.flaky + each.flaky,
      durationMs: sum.durationMs + each.durationMs,
      failures: [...sum.failures, ...each.failures].slice(0, MAX_FAILURES),
      slowest: keepSlowest(sum.slowest, each.slowest),
    }),
    noTests,
  )
}

/** Each failed test as a finding at its line. */
export function findFailedTests(summary: TestSummary): readonly Finding[] {
  return summary.failures.map((failure) =>
    createFinding({
      tool: 'test',
      rule: failure.name,
      severity: 'high',
      message: failure.message ?? 'failed without a message',
      file: failure.file,
      line: failure.line,
    }),
  )
}

/** `148 passed, 2 failed, 1 skipped`. */
export function renderTestCounts({ passed, failed, skipped, flaky }: TestSummary): string {
  const counts = [`${passed} passed`]
  if (failed > 0) counts.push(`${failed} failed`)
  if (skipped > 0) counts.push(`${skipped} skipped`)
  if (flaky > 0) counts.push(`${flaky} flaky`)
  return counts.join(', ')
}

function keepSlowest(kept: readonly TestCase[], added: readonly TestCase[]): TestCase[] {
  const slowest = [...kept]
  for (const each of added) {
    const last = slowest.at(-1)
    if (slowest.length >= MAX_SLOWEST && last !== undefined && each.durationMs <= last.durationMs) continue
    const index = slowest.findIndex((other) => other.durationMs < each.durationMs)
    slowest.splice(index === -1 ? slowest.length : index, 0, each)
    if (slowest.length > MAX_SLOWEST) slowest.pop()
  }
  return slowest
}
