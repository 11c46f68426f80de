import { clipText, MAX_CASES, unreadableReport } from '../limits.ts'
import { locate } from '../locate.ts'
import { findPlace, isSourcePath } from '../find-place.ts'
import { TestTally, type TestCase, type TestSummary } from '../test-summary.ts'
import { describeWords, readOutcome } from './outcome-words.ts'
import type { Attributes, XmlListener } from './read-xml.ts'
import { SuiteClaims } from './suite-claims.ts'

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
const skips: ReadonlySet<string> = new Set(['skipped', 'skip', 'disabled', 'ignored', 'notrun', 'pending'])
/** What the test printed, which may look like any of these. */
const outputs: ReadonlySet<string> = new Set(['system-out', 'system-err'])

/**
 * Reads JUnit XML as the well-known writers leave it (Surefire, Gradle, pytest, vitest, node:test, googletest): suites
 * nested or not, cases in suites. Counts come from the cases; a failure that stands in a suite beside them counts as one, and
 * so do those that a suite counts in its attributes without showing them.
 */
export class JunitParser implements XmlListener {
  readonly #tally = new TestTally()
  readonly #suites: OpenSuite[] = []
  readonly #claims = new SuiteClaims()
  readonly #source: string
  readonly #workspace: string
  #case: OpenCase | undefined
  /** The element whose text is kept: a failure of a case, or of a suite. */
  #kept: string | undefined
  /** The element with what a test printed that is open: nothing in it is of the report. */
  #output: string | undefined

  constructor(source: string, workspace: string) {
    this.#source = source
    this.#workspace = workspace
  }

  open(name: string, attributes: Attributes): void {
    if (this.#output !== undefined) return
    if (outputs.has(name)) this.#output = name
    if (name === 'testsuite' || name === 'testsuites') this.#claims.open(attributes)
    if (name === 'testsuite') {
      this.#suites.push({ name: attributes.name ?? '', file: attributes.file })
    } else if (name === 'testcase') {
      if (this.#case !== undefined) throw unreadableReport(this.#source, 'a testcase is inside another')
      this.#case = openCase(attributes, name)
    } else if (failures.has(name)) {
      this.#claims.addShown()
      this.#case ??= openCase({ name: '(suite)' }, name)
      this.#case.failed = true
      this.#case.message ??= attributes.message
      this.#kept = name
    } else if (this.#case !== undefined && skips.has(name)) {
      this.#case.skipped = true
      this.#case.message ??= attributes.message
    } else if (this.#case !== undefined && flakes.has(name)) {
      this.#claims.addShown()
      this.#case.flaky = true
    }
  }

  text(text: string): void {
    if (this.#kept === undefined || this.#case === undefined) return
    if (this.#case.details.length < MAX_DETAILS) this.#case.details += text.slice(0, MAX_DETAILS)
  }

  close(name: string): void {
    if (this.#output !== undefined) {
      if (name === this.#output) this.#output = undefined
      return
    }
    if (name === this.#kept) this.#kept = undefined
    if (name === 'testsuite' || name === 'testsuites') this.#closeSuite(name)
    const ended = this.#case
    if (ended?.endsWith !== name) return
    this.#case = undefined
    const testCase = this.#describe(ended)
    if (testCase.outcome === 'failed' && !ended.failed) this.#claims.addShown()
    this.#add(testCase, ended.flaky && testCase.outcome === 'passed')
  }

  summary(): TestSummary {
    return this.#tally.summary()
  }

  #add(testCase: TestCase, flaky: boolean): void {
    if (this.#tally.total >= MAX_CASES)
      throw unreadableReport(this.#source, `it has more than ${MAX_CASES} cases`)
    this.#tally.add(testCase, flaky)
  }

  #closeSuite(element: string): void {
    const contradiction = this.#claims.close()
    if (contradiction !== undefined) {
      const { claimed, shown } = contradiction
      const message = `The report contradicts itself: its attributes count ${claimed} failures and errors, its cases show ${shown}.`
      this.#add({ name: this.#nameOf('(suite)'), outcome: 'failed', durationMs: 0, message }, false)
    }
    if (element === 'testsuite') this.#suites.pop()
  }

  #nameOf(test: string): string {
    const suites = this.#suites.map((suite) => suite.name).filter((name) => name !== '')
    return clipText([...suites, test].join(' > '))
  }

  #describe(ended: OpenCase): TestCase {
    const { attributes } = ended
    const said = readOutcome(attributes)
    const outcome = ended.failed ? 'failed' : ended.skipped ? 'skipped' : (said ?? 'passed')
    const name = this.#nameOf(attributes.name ?? '')
    const seconds = Number(attributes.time ?? 0)
    const durationMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
    if (outcome === 'passed') return { name, outcome, durationMs }
    const details = clipText(ended.details, MAX_DETAILS)
    const words = outcome === 'failed' && !ended.failed ? describeWords(attributes) : ''
    const message = clipText(
      ended.message ?? ([words, details].find((each) => each !== '') ?? '').split('\n', 1)[0] ?? '',
    )
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
  return {
    endsWith,
    attributes,
    failed: false,
    skipped: false,
    flaky: false,
    message: undefined,
    details: '',
  }
}
