import type { TestSettings } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { TestSummary } from '../../findings/index.ts'
import type { CommandOutcome } from '../commands/run-commands.ts'

const EVIDENCE_TESTS = 10

/**
 * Why a test step failed, or undefined when it passed. Neither the exit code nor the reports can make up for the other:
 * a command may hide failures behind `|| true`, and may crash after the last test.
 */
export function judgeTests(
  settings: Pick<TestSettings, 'reports' | 'allowNoTests'>,
  { failure, tests, reports }: CommandOutcome,
): StagegateError | undefined {
  if (tests !== undefined && tests.failed > 0) {
    const despite = failure === undefined ? ', though the command ended with exit code 0' : ''
    return new StagegateError('E_TESTS_FAILED', {
      message: `${tests.failed} of ${tests.total} tests failed${despite}.`,
      evidence: describeFailures(tests),
    })
  }
  if (failure !== undefined) return failure
  if (settings.allowNoTests || settings.reports.length === 0) return undefined
  const where = settings.reports.join(', ')
  if (reports.stale.length > 0 && reports.read.length === 0) {
    return new StagegateError('E_TESTS_NONE', {
      message: `The reports at ${where} were there before the tests and have not changed since.`,
      evidence: reports.stale,
      next: 'Check that the command writes the reports, or remove the old ones before it.',
    })
  }
  if (reports.read.length === 0) {
    return new StagegateError('E_REPORT_MISSING', {
      message: `The command ended well, but left no report at ${where}.`,
    })
  }
  if ((tests?.total ?? 0) > 0) return undefined
  return new StagegateError('E_TESTS_NONE', { message: `There is no test in ${reports.read.join(', ')}.` })
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
