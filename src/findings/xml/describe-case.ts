import { findPlace, isSourcePath } from '../find-place.ts'
import { clipText } from '../limits.ts'
import { locate } from '../locate.ts'
import type { TestCase } from '../test-summary.ts'
import { describeWords, readOutcome } from './outcome-words.ts'
import type { Attributes } from './read-xml.ts'

export interface OpenSuite {
  readonly name: string
  readonly file: string | undefined
}

/** A case of JUnit XML as it is read. */
export interface OpenCase {
  /** The element that ends it. */
  readonly endsWith: string
  readonly attributes: Attributes
  failed: boolean
  skipped: boolean
  flaky: boolean
  message: string | undefined
  details: string
}

/** Characters of a failure's details that are kept: a thousand failures must fit in memory. */
export const MAX_DETAILS = 16 * 1024

/** A case with all that was read of it. */
export function describeCase(ended: OpenCase, suites: readonly OpenSuite[], workspace: string): TestCase {
  const { attributes } = ended
  const said = readOutcome(attributes)
  const outcome = ended.failed ? 'failed' : ended.skipped ? 'skipped' : (said ?? 'passed')
  const name = joinNames(suites, attributes.name ?? '')
  const seconds = Number(attributes.time ?? 0)
  const durationMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
  if (outcome === 'passed') return { name, outcome, durationMs }
  const details = clipText(ended.details, MAX_DETAILS)
  const words = outcome === 'failed' && !ended.failed ? describeWords(attributes) : ''
  const first = (words === '' ? details : words).split('\n', 1)[0] ?? ''
  const message = clipText(ended.message ?? first)
  const named = attributes.file ?? suites.findLast((suite) => suite.file !== undefined)?.file
  const own = named === undefined ? undefined : locate(named, workspace)
  const place = findPlace(details, workspace, own)
  const file = own ?? place?.file ?? fileOfSuite(suites, workspace)
  const line = attributes.line === undefined ? place?.line : Number(attributes.line)
  return {
    name,
    outcome,
    durationMs,
    ...(message === '' ? {} : { message }),
    ...(details === '' ? {} : { details }),
    ...(file === undefined ? {} : { file }),
    ...(file === undefined || line === undefined || !Number.isInteger(line) || line < 1 ? {} : { line }),
  }
}

/** The names of the suites around a test, and its own: `sums > adds`. */
export function joinNames(suites: readonly OpenSuite[], test: string): string {
  const names = suites.map((suite) => suite.name).filter((name) => name !== '')
  return clipText([...names, test].join(' > '))
}

/** Some writers (ruff, ESLint) name each suite for its file. */
function fileOfSuite(suites: readonly OpenSuite[], workspace: string): string | undefined {
  const name = suites.at(-1)?.name ?? ''
  return isSourcePath(name) ? locate(name, workspace) : undefined
}
