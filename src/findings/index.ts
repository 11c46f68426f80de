export { createFinding, type Finding, renderFinding } from './finding.ts'
export { decideGate, type GateVerdict, type IgnoreEntry } from './gate.ts'
export { parseJson } from './json.ts'
export { clipText, MAX_JSON_BYTES, unreadableReport } from './limits.ts'
export { mergeSarif } from './merge-sarif.ts'
export { type ConftestReport, parseConftest, type Subject } from './parse-conftest.ts'
export { type OsvReport, parseOsvScanner } from './parse-osv-scanner.ts'
export { parseSchemathesis, type RefusedOperation, type SchemathesisReport } from './parse-schemathesis.ts'
export { parseSemgrep, type SemgrepReport } from './parse-semgrep.ts'
export { ProblemMatcher } from './problem-matcher.ts'
export { type PrintedCounts, TestCounter } from './ran/test-counter.ts'
export { readReport, type Report } from './read-report.ts'
export { compareSeverity, isAtLeast, severities, type Severity } from './severity.ts'
export {
  mergeTestSummaries,
  noTests,
  renderTestCounts,
  type TestCase,
  type TestSummary,
} from './test-summary.ts'
export { addTestsRan, countTestsRan, describePrinted, type TestsRan } from './tests-ran.ts'
