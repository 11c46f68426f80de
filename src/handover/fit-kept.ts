import type { Finding, TestCase, TestsRan, TestSummary } from '../findings/index.ts'
import { bounds } from './document.ts'
import { cut as cutText } from '../text/index.ts'

/**
 * What a step kept, within the bounds that its reader keeps: a rule's name of ten pages is no reason to lose the result of
 * a job. What would mean something else when it is cut, such as an address, is left out. Pure.
 *
 * @param most how many findings and failed tests, at most
 */
export function fitKept(
  kept: Readonly<Record<string, unknown>>,
  most: number,
): Readonly<Record<string, unknown>> {
  const findings = kept.findings as readonly Finding[] | undefined
  const tests = kept.tests as TestSummary | undefined
  const testsRan = kept.testsRan as TestsRan | undefined
  return {
    ...kept,
    ...(typeof testsRan === 'number' ? { testsRan: fitNumber(testsRan, bounds.count) } : {}),
    ...(findings === undefined
      ? {}
      : { findings: findings.slice(0, Math.min(most, bounds.findings)).map(fitFinding) }),
    ...(tests === undefined ? {} : { tests: fitTests(tests, most) }),
  }
}

function fitFinding({ file, url, aliases, ...finding }: Finding): Finding {
  return {
    ...finding,
    tool: cut(finding.tool),
    rule: cut(finding.rule),
    ...(isShort(file) ? { file } : {}),
    ...(isShort(url) ? { url } : {}),
    ...(aliases === undefined ? {} : { aliases: aliases.slice(0, bounds.aliases).map(cut) }),
  }
}

function fitTests(tests: TestSummary, most: number): TestSummary {
  return {
    total: fitNumber(tests.total, bounds.count),
    passed: fitNumber(tests.passed, bounds.count),
    failed: fitNumber(tests.failed, bounds.count),
    skipped: fitNumber(tests.skipped, bounds.count),
    flaky: fitNumber(tests.flaky, bounds.count),
    durationMs: fitNumber(tests.durationMs, bounds.milliseconds),
    failures: tests.failures.slice(0, Math.min(most, bounds.failures)).map(fitCase),
    slowest: tests.slowest.slice(0, bounds.slowest).map(fitCase),
  }
}

function fitCase({ file, line, ...test }: TestCase): TestCase {
  return {
    ...test,
    durationMs: fitNumber(test.durationMs, bounds.milliseconds),
    ...(isShort(file) ? { file } : {}),
    ...(isShort(file) && line !== undefined && Number.isInteger(line)
      ? { line: fitNumber(line, bounds.count) }
      : {}),
  }
}

function cut(text: string): string {
  return cutText(text, bounds.shortText)
}

function isShort(text: string | undefined): text is string {
  return text !== undefined && text.length <= bounds.path
}

function fitNumber(value: number, max: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), max) : value > 0 ? max : 0
}
