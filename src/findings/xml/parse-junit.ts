import { clipText, MAX_CASES, unreadableReport } from '../limits.ts'
import { locate } from '../locate.ts'
import { findPlace, isSourcePath } from '../find-place.ts'
import { TestTally, type TestCase, type TestSummary } from '../test-summary.ts'
import type { Attributes, XmlListener } from './read-xml.ts'

interface OpenSuite {
  readonly name: string
  readonly file: string | undefined
}

interface OpenCase {
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
const MAX_DETAILS = 16 * 1024

/** Elements of a case that say how it ended; those of Surefire's reruns with them. */
const failures: ReadonlySet<string> = new Set(['failure', 'error'])
const flakes: ReadonlySet<string> = new Set(['flakyFailure', 'flakyError'])
const failedWords: ReadonlySet<string> = new Set(['failed', 'failure', 'error'])
const skippedWords: ReadonlySet<string> = new Set(['skipped', 'notrun', 'disabled', 'ignored'])

/**
 * Reads JUnit XML as the well-known writers leave it (Surefire, Gradle, pytest, vitest, node:test, googletest): suites
 * nested or not, cases in suites. Counts come from the cases; a failure that stands in a suite beside them counts as one.
 */
export class JunitParser implements XmlListener {
  readonly #tally = new TestTally()
  readonly #suites: OpenSuite[] = []
  readonly #source: string
  readonly #workspace: string
  #case: OpenCase | undefined
  /** The element whose text is kept: a failure of a case, or of a suite. */
  #kept: string | undefined

  constructor(source: string, workspace: string) {
    this.#source = source
    this.#workspace = workspace
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'testsuite') {
      this.#suites.push({ name: attributes.name ?? '', file: attributes.file })
    } else if (name === 'testcase') {
      if (this.#case !== undefined) throw unreadableReport(this.#source, 'a testcase is inside another')
      this.#case = openCase(attributes, name)
    } else if (failures.has(name)) {
      this.#case ??= openCase({ name: '(suite)' }, name)
      this.#case.failed = true
      this.#case.message ??= attributes.message
      this.#kept = name
    } else if (this.#case !== undefined && name === 'skipped') {
      this.#case.skipped = true
      this.#case.message ??= attributes.message
    } else if (this.#case !== undefined && flakes.has(name)) {
      this.#case.flaky = true
    }
  }

  text(text: string): void {
    if (this.#kept === undefined || this.#case === undefined) return
    if (this.#case.details.length < MAX_DETAILS) this.#case.details += text.slice(0, MAX_DETAILS)
  }

  close(name: string): void {
    if (name === this.#kept) this.#kept = undefined
    if (name === 'testsuite') this.#suites.pop()
    const ended = this.#case
    if (ended?.endsWith !== name) return
    this.#case = undefined
    if (this.#tally.total >= MAX_CASES)
      throw unreadableReport(this.#source, `it has more than ${MAX_CASES} cases`)
    const testCase = this.#describe(ended)
    this.#tally.add(testCase, ended.flaky && testCase.outcome === 'passed')
  }

  summary(): TestSummary {
    return this.#tally.summary()
  }

  #describe(ended: OpenCase): TestCase {
    const { attributes } = ended
    const suites = this.#suites.map((suite) => suite.name).filter((name) => name !== '')
    const outcome = ended.failed ? 'failed' : ended.skipped ? 'skipped' : 'passed'
    const name = clipText([...suites, attributes.name ?? ''].join(' > '))
    const seconds = Number(attributes.time ?? 0)
    const durationMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
    if (outcome === 'passed') return { name, outcome, durationMs }
    const details = clipText(ended.details, MAX_DETAILS)
    const message = clipText(ended.message ?? details.split('\n', 1)[0] ?? '')
    const named = attributes.file ?? this.#suites.findLast((suite) => suite.file !== undefined)?.file
    const own = named === undefined ? undefined : locate(named, this.#workspace)
    const place = findPlace(details, this.#workspace, own)
    const file = own ?? place?.file ?? this.#fileOfSuite()
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

  /** Some writers (ruff, ESLint) name each suite for its file. */
  #fileOfSuite(): string | undefined {
    const name = this.#suites.at(-1)?.name ?? ''
    return isSourcePath(name) ? locate(name, this.#workspace) : undefined
  }
}

function openCase(attributes: Attributes, endsWith: string): OpenCase {
  const word = (attributes.result ?? attributes.status ?? '').toLowerCase()
  return {
    endsWith,
    attributes,
    failed: failedWords.has(word),
    skipped: skippedWords.has(word),
    flaky: false,
    message: undefined,
    details: '',
  }
}
