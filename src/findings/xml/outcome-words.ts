import type { TestCase } from '../test-summary.ts'
import type { Attributes } from './read-xml.ts'
import { cut } from '../../text/index.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** In the attributes `result` and `status`; googletest writes both. `xfail` is a failure that was expected. */
const passed = set(
  'passed pass success successful successfully succeeded ok okay completed complete run executed finished done true ' +
    'green valid flaky warning warnings xfail xpass expected fixed',
)
const skipped = set(
  'skipped skip notrun not_run not-run disabled ignored ignore suppressed filtered pending todo inconclusive inactive ' +
    'excluded unexecuted notexecuted not_executed untested notrunnable',
)

/**
 * What a case says of itself in its attributes; undefined where it says nothing. A word that is not known to be a pass is
 * none: `incomplete`, `timedout`, `broken`, `aborted`.
 */
export function readOutcome(attributes: Attributes): TestCase['outcome'] | undefined {
  const words = [attributes.result, attributes.status]
    .map((word) => word?.trim().toLowerCase() ?? '')
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  if (words.some((word) => !passed.has(word) && !skipped.has(word))) return 'failed'
  return words.some((word) => skipped.has(word)) ? 'skipped' : 'passed'
}

/** The words of a case that failed by them alone, for its message: `result="incomplete"`. */
export function describeWords({ result, status }: Attributes): string {
  const words = Object.entries({ result, status }).filter(([, word]) => word !== undefined)
  return words.map(([name, word = '']) => `${name}="${cut(word, 100)}"`).join(' ')
}
