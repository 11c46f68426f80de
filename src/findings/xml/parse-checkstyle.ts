import { createFinding } from '../finding.ts'
import { clipText } from '../limits.ts'
import { locate } from '../locate.ts'
import { parseSeverity } from '../severity.ts'
import { WorstFindings } from '../worst-findings.ts'
import type { Attributes, XmlListener } from './read-xml.ts'

/**
 * How linters name a file that they could not look at: PHP_CodeSniffer, golangci-lint, flake8, ruff, ktlint, and Pylint in
 * this order. ESLint leaves the source empty.
 */
const fatalSources =
  /^(?:Internal\..{1,200}|typecheck|E902|E999|invalid-syntax|parse-error|astroid-error|syntax-error)$/

/** Reads Checkstyle XML: `<file name>` with `<error line column severity message source>`, or with an `<exception>`. */
export class CheckstyleParser implements XmlListener {
  readonly worst = new WorstFindings()
  readonly #workspace: string
  #name = ''
  #file: string | undefined
  #failure: string | undefined
  /** The text of the exception that is open. */
  #exception: string | undefined

  constructor(workspace: string) {
    this.#workspace = workspace
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'file') {
      this.#name = attributes.name ?? ''
      this.#file = locate(this.#name, this.#workspace)
    }
    if (name === 'exception') this.#exception = ''
    if (name !== 'error' || attributes.severity === 'ignore') return
    const source = attributes.source ?? ''
    const message = attributes.message ?? ''
    const isFatal =
      attributes.severity === 'fatal' ||
      fatalSources.test(source) ||
      (source === '' && message.startsWith('Parsing error'))
    if (isFatal) this.#fail(message)
    this.worst.add(
      createFinding({
        // `eslint.rules.no-undef`, `com.puppycrawl.tools.checkstyle.checks.naming.MemberNameCheck`
        tool: source.startsWith('eslint.') ? 'eslint' : 'checkstyle',
        rule: source.split('.').at(-1) ?? '',
        severity: parseSeverity(attributes.severity ?? 'error'),
        message,
        file: this.#file,
        line: Number(attributes.line),
        column: Number(attributes.column),
      }),
    )
  }

  text(text: string): void {
    if (this.#exception !== undefined && this.#exception.length < 1_000) this.#exception += text
  }

  close(name: string): void {
    if (name === 'exception') {
      this.#fail(clipText(this.#exception ?? '', 1_000).split('\n', 1)[0] ?? '')
      this.#exception = undefined
    }
    if (name === 'file') this.#file = undefined
  }

  /** Why the linter did not look at everything; undefined when it did. */
  get failure(): string | undefined {
    return this.#failure
  }

  #fail(message: string): void {
    this.#failure ??= `the linter could not look at ${this.#name === '' ? 'a file' : this.#name}: ${message}`
  }
}
