import { createFinding, type Finding } from '../finding.ts'
import { MAX_FINDINGS } from '../limits.ts'
import { locate } from '../locate.ts'
import { parseSeverity } from '../severity.ts'
import type { Attributes, XmlListener } from './read-xml.ts'

/** Reads Checkstyle XML: `<file name>` with `<error line column severity message source>`. */
export class CheckstyleParser implements XmlListener {
  readonly #findings: Finding[] = []
  readonly #workspace: string
  #file: string | undefined

  constructor(workspace: string) {
    this.#workspace = workspace
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'file') this.#file = locate(attributes.name ?? '', this.#workspace)
    if (name !== 'error' || attributes.severity === 'ignore') return
    if (this.#findings.length >= MAX_FINDINGS) return
    const source = attributes.source ?? ''
    this.#findings.push(
      createFinding({
        // `eslint.rules.no-undef`, `com.puppycrawl.tools.checkstyle.checks.naming.MemberNameCheck`
        tool: source.startsWith('eslint.') ? 'eslint' : 'checkstyle',
        rule: source.split('.').at(-1) ?? '',
        severity: parseSeverity(attributes.severity ?? 'error'),
        message: attributes.message ?? '',
        file: this.#file,
        line: Number(attributes.line),
        column: Number(attributes.column),
      }),
    )
  }

  text(): void {
    // a checkstyle report has no texts
  }

  close(name: string): void {
    if (name === 'file') this.#file = undefined
  }

  findings(): readonly Finding[] {
    return this.#findings
  }
}
