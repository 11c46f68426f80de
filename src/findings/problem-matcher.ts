import { extname } from 'node:path'

import { createFinding, type Finding } from './finding.ts'
import { clipText, MAX_FINDINGS } from './limits.ts'
import { locate } from './locate.ts'
import { parseSeverity } from './severity.ts'

/** Characters of a line that are looked at. */
const MAX_LINE = 4_096

/** What a pattern reads from one line; texts as they stand there. */
interface Problem {
  readonly path: string
  readonly line: string
  readonly column: string | undefined
  readonly severity: string
  readonly code: string | undefined
  readonly message: string
}

/*
 * Every pattern is anchored, and every repetition bounded or followed by a character that it cannot match, so that the
 * time for a line grows with its length only (threat T31).
 */
/** tsc, dotnet: `src/a.ts(2,19): error TS2363: The …` */
const parenthesised = /^(.{1,1000}?)\((\d{1,7}),(\d{1,7})\): (error|warning) ([A-Z]{1,10}\d{1,10}): (.*)$/
/** gcc, clang, javac, mypy, `tsc --pretty`: `a.c:1:37: warning: …`, `A.java:1: error: …`, `a.ts:2:19 - error TS2363: …` */
const coloned =
  /^(.{1,1000}?):(\d{1,7})(?::(\d{1,7}))?(?::| -) (fatal error|error|warning|note|info)(?: ([A-Z]{1,10}\d{1,10}))?: (.*)$/
/** go build, go vet: `./a.go:5:48: cannot use …` */
const ofGo = /^(?:vet: )?([^:]{1,1000}\.go):(\d{1,7}):(\d{1,7}): (.*)$/
/** ruff, flake8: `a.py:1:8: F401 [*] …` */
const ofPython = /^([^:]{1,1000}\.pyi?):(\d{1,7}):(\d{1,7}): ([A-Z]{1,10}\d{1,10}) (?:\[\*\] )?(.*)$/
/** rustc, in two lines: `error[E0308]: mismatched types`, ` --> src/main.rs:1:26` */
const rustMessage = /^(error|warning)(?:\[(E\d{1,5})\])?: (.*)$/
const rustPlace = /^ {0,20}--> ([^:]{1,1000}):(\d{1,7}):(\d{1,7})$/

/** Reads what compilers and linters print for people, line by line. Notes and lines of source are passed over. */
export class ProblemMatcher {
  readonly #findings = new Map<string, Finding>()
  readonly #workspace: string
  readonly #base: string
  #rust: RegExpExecArray | undefined

  /** @param base where the command runs: what its relative paths are relative to; absolute */
  constructor(workspace: string, base: string) {
    this.#workspace = workspace
    this.#base = base
  }

  addLine(line: string): void {
    const text = clipText(line, MAX_LINE)
    const problem = this.#match(text)
    this.#rust = rustMessage.exec(text) ?? undefined
    if (problem === undefined || problem.severity === 'note' || this.#findings.size >= MAX_FINDINGS) return
    const { message, rule } = splitRule(problem)
    const finding = createFinding({
      tool: toolOf(problem),
      rule,
      severity: parseSeverity(problem.severity),
      message,
      file: locate(problem.path, this.#workspace, this.#base),
      line: Number(problem.line),
      column: problem.column === undefined ? undefined : Number(problem.column),
    })
    this.#findings.set(`${finding.fingerprint}:${problem.line}:${problem.column ?? ''}`, finding)
  }

  /** What was found so far, each once. */
  findings(): readonly Finding[] {
    return [...this.#findings.values()]
  }

  #match(text: string): Problem | undefined {
    const common = parenthesised.exec(text) ?? coloned.exec(text)
    if (common !== null) {
      const [, path = '', line = '', column, severity = '', code, message = ''] = common
      return extname(path) === '' ? undefined : { path, line, column, severity, code, message }
    }
    const go = ofGo.exec(text)
    if (go !== null) {
      const [, path = '', line = '', column, message = ''] = go
      return { path, line, column, severity: 'error', code: undefined, message }
    }
    const python = ofPython.exec(text)
    if (python !== null) {
      const [, path = '', line = '', column, code, message = ''] = python
      return { path, line, column, severity: 'warning', code, message }
    }
    const [, path, line = '', column] = rustPlace.exec(text) ?? []
    if (path === undefined || this.#rust === undefined) return undefined
    const [, severity = '', code, message = ''] = this.#rust
    return { path, line, column, severity, code, message }
  }
}

/** gcc and mypy name the rule at the end: `… [-Wunused-variable]`, `…  [return-value]`. */
function splitRule({ code, message }: Problem): { readonly message: string; readonly rule: string } {
  if (code !== undefined) return { message, rule: code }
  const start = message.endsWith(']') ? message.lastIndexOf('[') : -1
  const rule = start === -1 ? '' : message.slice(start + 1, -1)
  return /^[\w=+-]{1,80}$/.test(rule)
    ? { message: message.slice(0, start).trimEnd(), rule }
    : { message, rule: 'error' }
}

const toolsByExtension: ReadonlyMap<string, string> = new Map([
  ['.c', 'cc'],
  ['.cc', 'cc'],
  ['.cpp', 'cc'],
  ['.cxx', 'cc'],
  ['.h', 'cc'],
  ['.hpp', 'cc'],
  ['.java', 'javac'],
  ['.go', 'go'],
  ['.rs', 'rustc'],
])

function toolOf({ path, code }: Problem): string {
  if (code?.startsWith('TS') === true) return 'tsc'
  if (code?.startsWith('CS') === true) return 'dotnet'
  const extension = extname(path)
  if (extension === '.py' || extension === '.pyi') return code === undefined ? 'mypy' : 'ruff'
  return toolsByExtension.get(extension) ?? 'compiler'
}
