import { MAX_CASES, unreadableReport } from '../limits.ts'
import { TestTally, type TestCase, type TestSummary } from '../test-summary.ts'
import { describeCase, joinNames, MAX_DETAILS, type OpenCase, type OpenSuite } from './describe-case.ts'
import type { Attributes, XmlListener } from './read-xml.ts'
import { SuiteClaims } from './suite-claims.ts'
import { cut } from '../../text/index.ts'

/** Elements of a case that say how it ended; those of Surefire's reruns with them. */
const failures: ReadonlySet<string> = new Set(['failure', 'error'])
const flakes: ReadonlySet<string> = new Set(['flakyFailure', 'flakyError'])
const reruns: ReadonlySet<string> = new Set(['rerunFailure', 'rerunError'])
const skips: ReadonlySet<string> = new Set(['skipped', 'skip', 'disabled', 'ignored', 'notrun', 'pending'])
/** What the test printed, which may look like any of these. */
const outputs: ReadonlySet<string> = new Set(['system-out', 'system-err'])

/**
 * Reads JUnit XML as the well-known writers leave it (Surefire, Gradle, pytest, vitest, node:test, googletest): suites
 * nested or not, cases in suites. Counts come from the cases; a failure that stands in a suite beside them counts as one, and
 * so do those that a suite counts in its attributes where no case shows any.
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
  /** A suite that counts more failures in its attributes than there are in it. */
  #contradiction: TestCase | undefined

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
    } else if (reruns.has(name)) {
      this.#claims.addShown()
    }
  }

  text(text: string): void {
    if (this.#kept === undefined || this.#case === undefined) return
    if (this.#case.details.length < MAX_DETAILS) this.#case.details += cut(text, MAX_DETAILS)
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
    const testCase = describeCase(ended, this.#suites, this.#workspace)
    if (testCase.outcome === 'failed' && !ended.failed) this.#claims.addShown()
    this.#add(testCase, ended.flaky && testCase.outcome === 'passed')
  }

  /** To be asked at the end of the document. */
  summary(): TestSummary {
    const summary = this.#tally.summary()
    if (this.#contradiction === undefined || summary.failed > 0) return summary
    this.#tally.add(this.#contradiction)
    this.#contradiction = undefined
    return this.#tally.summary()
  }

  #add(testCase: TestCase, flaky: boolean): void {
    if (this.#tally.total >= MAX_CASES)
      throw unreadableReport(this.#source, `it has more than ${MAX_CASES} cases`)
    this.#tally.add(testCase, flaky)
  }

  #closeSuite(element: string): void {
    const contradiction = this.#claims.close()
    if (contradiction !== undefined && this.#contradiction === undefined) {
      const { claimed, shown } = contradiction
      const message = `The report contradicts itself: its attributes count ${claimed} failures and errors, its cases show ${shown}.`
      this.#contradiction = {
        name: joinNames(this.#suites, '(suite)'),
        outcome: 'failed',
        durationMs: 0,
        message,
      }
    }
    if (element === 'testsuite') this.#suites.pop()
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
