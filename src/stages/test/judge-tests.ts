import type { TestSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { PrintedCounts, TestSummary } from '../../findings/index.ts'
import { missingReport } from '../commands/read-reports.ts'
import type { CommandOutcome } from '../commands/run-commands.ts'

const EVIDENCE_TESTS = 10

type Settings = Pick<TestSettings, 'reports' | 'allowNoTests'>

/**
 * Why a test step failed, or undefined when it passed. Neither the exit code nor the reports can make up for the other:
 * a command may hide failures behind `|| true`, and may crash after the last test. Where no report is configured, what
 * the test runners printed is the evidence.
 *
 * @param printed undefined where no known runner printed how many tests ran
 */
export function judgeTests(
  settings: Settings,
  outcome: CommandOutcome,
  printed?: PrintedCounts,
): StagegateError | undefined {
  const { failure, tests } = outcome
  if (tests !== undefined && tests.failed > 0) return explainFailed(tests, failure)
  const said = settings.reports.length === 0 ? printed : undefined
  const none = settings.allowNoTests ? undefined : explainNone(settings, outcome, said)
  if (failure !== undefined)
    return said?.endedByNone === true && none !== undefined ? withExit(none, failure) : failure
  if (said?.failedLast === true) {
    return new StagegateError('E_TESTS_FAILED', {
      message: `${said.runners.join(' and ')} printed that tests failed, though the command ended with exit code 0.`,
      evidence: said.lines,
      next: 'Let the command end with the exit code of its tests. If failed tests are repeated, configure reports.',
    })
  }
  return none
}

function explainFailed(tests: TestSummary, failure: StagegateError | undefined): StagegateError {
  const despite = failure === undefined ? ', though the command ended with exit code 0' : ''
  return new StagegateError('E_TESTS_FAILED', {
    message: `${tests.failed} of ${tests.total} tests failed${despite}.`,
    evidence: describeFailures(tests),
  })
}

/** Why the step has no tests; undefined where some ran, or nothing says how many. */
function explainNone(
  { reports: globs }: Settings,
  { tests, reports }: CommandOutcome,
  said: PrintedCounts | undefined,
): StagegateError | undefined {
  if (globs.length === 0) {
    if (said === undefined || !ranNone(said)) return undefined
    const what = said.skipped > 0 ? allSkipped(said.skipped) : 'no test ran'
    return new StagegateError('E_TESTS_NONE', {
      message: `By what ${said.runners.join(' and ')} printed, ${what}.`,
      evidence: said.lines,
    })
  }
  if (reports.read.length === 0) return missingReport(reports, globs)
  if (tests !== undefined && tests.passed + tests.failed > 0) return undefined
  const files = reports.read.join(', ')
  const message =
    tests === undefined || tests.skipped === 0
      ? `There is no test in ${files}.`
      : `In ${files}, ${allSkipped(tests.skipped)}.`
  return new StagegateError('E_TESTS_NONE', { message })
}

function allSkipped(count: number): string {
  return count === 1 ? 'the only test was skipped' : `all ${count} tests were skipped`
}

function ranNone({ passed, failed, known }: PrintedCounts): boolean {
  return known === 'exact' && passed + failed === 0
}

/** pytest ends with 5 where there are no tests, vitest and jest with 1. */
function withExit(none: StagegateError, failure: StagegateError): StagegateError {
  return new StagegateError('E_TESTS_NONE', {
    message: `${none.message} ${failure.message}`,
    evidence: failure.evidence,
    next: 'Check that the command runs the tests.',
  })
}

/** Each failed test with its place and the first lines of its message. */
function describeFailures({ failed, failures }: TestSummary): readonly string[] {
  const lines = failures.slice(0, EVIDENCE_TESTS).flatMap(({ name, file, line, message }) => {
    const place = [file, line].filter((part) => part !== undefined).join(':')
    const first = (message ?? '').split('\n').filter((text) => text.trim() !== '')
    return [`${name}${place === '' ? '' : ` (${place})`}`, ...first.slice(0, 3).map((text) => `  ${text}`)]
  })
  return failed > EVIDENCE_TESTS ? [...lines, `… and ${failed - EVIDENCE_TESTS} more`] : lines
}
