import type { Finding } from './finding.ts'
import { parseJson, valueAt } from './json.ts'
import { clipText, MAX_JSON_BYTES, MAX_REPORT_BYTES, unreadableReport } from './limits.ts'
import { isEslint, parseEslint } from './parse-eslint.ts'
import { parseSarif } from './sarif/parse-sarif.ts'
import { findFailedTests, type TestSummary } from './test-summary.ts'
import { WorstFindings } from './worst-findings.ts'
import { CheckstyleParser } from './xml/parse-checkstyle.ts'
import { JunitParser } from './xml/parse-junit.ts'
import { type Attributes, readXml, type XmlListener } from './xml/read-xml.ts'
import { cut } from '../text/index.ts'

/** What one report file says. */
export interface Report {
  /** Undefined for a report that is not about tests. */
  readonly tests: TestSummary | undefined
  /** The worst, at most 10,000. */
  readonly findings: readonly Finding[]
  /** Why the tool did not do its work, as the report says: what it found is then not all. Undefined when it did. */
  readonly failure: string | undefined
  /** What the findings leave out, in words: `10,049 findings, of which the worst 10,000 are kept`. */
  readonly notes: readonly string[]
}

const FORMATS = 'JUnit XML, Checkstyle XML, SARIF or ESLint JSON'

/**
 * Reads a report, telling its format from its content.
 *
 * @param source what errors call it: its path relative to the workspace
 * @param workspace absolute path
 * @throws StagegateError E_REPORT_UNREADABLE when it is empty, damaged, too large, or in a format that is not known
 */
export async function readReport(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  workspace: string,
): Promise<Report> {
  const bounded = limitBytes(chunks, source)
  const { first, all } = await peek(bounded)
  if (first === undefined) throw unreadableReport(source, 'it is empty')
  return isXml(first) ? readXmlReport(all, source, workspace) : readJsonReport(all, source, workspace)
}

async function readXmlReport(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  workspace: string,
): Promise<Report> {
  const root = new RootListener(source, workspace)
  await readXml(chunks, source, root)
  return root.report()
}

/** Gives the document to the parser that its root element asks for. */
class RootListener implements XmlListener {
  readonly #source: string
  readonly #workspace: string
  #parser: JunitParser | CheckstyleParser | undefined

  constructor(source: string, workspace: string) {
    this.#source = source
    this.#workspace = workspace
  }

  open(name: string, attributes: Attributes): void {
    this.#parser ??= this.#create(name)
    this.#parser.open(name, attributes)
  }

  text(text: string): void {
    this.#parser?.text(text)
  }

  close(name: string): void {
    this.#parser?.close(name)
  }

  report(): Report {
    if (this.#parser instanceof CheckstyleParser)
      return describeFindings(this.#parser.worst, this.#parser.failure)
    const tests = this.#parser?.summary()
    const findings = tests === undefined ? [] : findFailedTests(tests)
    return { tests, findings, failure: undefined, notes: [] }
  }

  #create(root: string): JunitParser | CheckstyleParser {
    if (root === 'testsuites' || root === 'testsuite') return new JunitParser(this.#source, this.#workspace)
    if (root === 'checkstyle') return new CheckstyleParser(this.#workspace)
    throw unreadableReport(this.#source, `its root element is <${cut(root, 80)}>; expected ${FORMATS}`)
  }
}

async function readJsonReport(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  workspace: string,
): Promise<Report> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > MAX_JSON_BYTES) {
      throw unreadableReport(source, `JSON of more than ${MAX_JSON_BYTES / 1024 / 1024} MiB`)
    }
    pieces.push(chunk)
  }
  const content = parseJson(Buffer.concat(pieces).toString(), source)
  const report = parseJsonReport(content, source, workspace)
  if (report === undefined) throw unreadableReport(source, `its format is not known; expected ${FORMATS}`)
  return report
}

function parseJsonReport(content: unknown, source: string, workspace: string): Report | undefined {
  if (Array.isArray(valueAt(content, 'runs'))) {
    const { findings, failure, suppressed } = parseSarif(content, source, workspace)
    const notes =
      suppressed === 0 ? [] : [`${suppressed} results are left out, which the tool itself suppressed`]
    return describeFindings(keepWorst(findings), failure, notes)
  }
  if (!isEslint(content)) return undefined
  const { findings, failure } = parseEslint(content, workspace)
  return describeFindings(keepWorst(findings), failure)
}

function keepWorst(findings: readonly Finding[]): WorstFindings {
  const worst = new WorstFindings()
  for (const finding of findings) worst.add(finding)
  return worst
}

function describeFindings(
  worst: WorstFindings,
  failure: string | undefined,
  notes: readonly string[] = [],
): Report {
  const findings = worst.findings()
  const cut =
    worst.dropped === 0
      ? []
      : [`of ${findings.length + worst.dropped} findings the worst ${findings.length} are kept`]
  return {
    tests: undefined,
    findings,
    failure: failure === undefined ? undefined : clipText(failure, 1_000),
    notes: [...cut, ...notes],
  }
}

async function* limitBytes(chunks: AsyncIterable<Uint8Array>, source: string): AsyncIterable<Uint8Array> {
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > MAX_REPORT_BYTES) {
      throw unreadableReport(source, `it is larger than ${MAX_REPORT_BYTES / 1024 / 1024} MiB`)
    }
    yield chunk
  }
}

/** The first chunk that is not empty, and all of them again. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly first: Uint8Array | undefined; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  let next = await iterator.next()
  while (next.done !== true && next.value.length === 0) next = await iterator.next()
  const first = next.done === true ? undefined : next.value
  const rest = { [Symbol.asyncIterator]: () => iterator }
  return { first, all: prepend(first, rest) }
}

async function* prepend(
  first: Uint8Array | undefined,
  rest: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (first !== undefined) yield first
  yield* rest
}

/** Whether the first bytes after marks and white space are `<`, in any encoding that XML comes in. */
function isXml(first: Uint8Array): boolean {
  const marks: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20, 0xbb, 0xbf, 0xef, 0xfe, 0xff])
  return first.find((byte) => !marks.has(byte)) === 0x3c
}
