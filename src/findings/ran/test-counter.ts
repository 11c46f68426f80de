import { plainLines } from '../limits.ts'
import { GoLines } from './go-lines.ts'
import { readSilentLine } from './silent-lines.ts'
import type { Statement } from './statement.ts'
import { readSummaryLine } from './summary-rules.ts'
import { TapLines } from './tap-lines.ts'

/** What test runners printed about how many tests ran, all of them together. */
export interface PrintedCounts {
  /** Names of the runners that said something. */
  readonly runners: readonly string[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** `at-least`: more may have run than was counted; `unknown`: tests ran, and nothing says how many. */
  readonly known: 'exact' | 'at-least' | 'unknown'
  /** Whether the last summary has failures; one before it may be that of a run that was repeated. */
  readonly failedLast: boolean
  /** Whether a runner failed because there was no test. */
  readonly endedByNone: boolean
  /** The last lines that said something, oldest first. */
  readonly lines: readonly string[]
}

/** Characters of a line that says how many tests ran. */
const MAX_LINE = 600
const MAX_LINES = 10
/** What pnpm, Turborepo, Lerna and Docker Compose put before a line: `web:test: `, `packages/a test: `, `web-1  | `. */
const prefix = /^[\w@./-]{1,100}(?:[: ][\w@./:-]{1,60})?(?:: | {0,20}\| )/
/** Runners whose lines say less than those of another in the same output. */
const outdone: ReadonlyMap<string, (others: ReadonlySet<string>) => boolean> = new Map([
  ['TAP', (others) => others.size > 1],
  ['sbt', (others) => others.has('scalatest')],
  ['go test', (others) => others.has('gotestsum')],
])

/** Reads from the output of test runners, line by line, how many tests ran; for steps that leave no report. */
export class TestCounter {
  readonly #go = new GoLines()
  readonly #tap = new TapLines()
  readonly #sums = new Map<string, Statement>()
  readonly #lines: string[] = []
  #failedLast = false

  addLine(line: string): void {
    for (const plain of plainLines(line)) {
      const text = plain.trimEnd()
      if (text === '' || text.length > MAX_LINE) continue
      const statement = this.#read(text) ?? this.#read(text.replace(prefix, ''))
      if (statement !== undefined) this.#add(statement, text)
    }
  }

  /** Undefined when no runner that is known said anything. */
  counts(): PrintedCounts | undefined {
    const names = new Set(this.#sums.keys())
    const counted = [...this.#sums.values()].filter(({ runner }) => outdone.get(runner)?.(names) !== true)
    if (counted.length === 0) return undefined
    const sum = (key: 'passed' | 'failed' | 'skipped') =>
      counted.reduce((all, each) => all + Math.max(0, each[key]), 0)
    const ran = sum('passed') + sum('failed') > 0
    const some = counted.some((each) => each.some === true)
    const least = some || counted.some((each) => each.atLeast === true)
    return {
      runners: counted.map(({ runner }) => runner),
      passed: sum('passed'),
      failed: sum('failed'),
      skipped: sum('skipped'),
      known: ran ? (least ? 'at-least' : 'exact') : some ? 'unknown' : 'exact',
      failedLast: this.#failedLast,
      endedByNone: !ran && counted.some((each) => each.endsRun === true),
      lines: this.#lines,
    }
  }

  #read(line: string): Statement | undefined {
    return readSilentLine(line) ?? readSummaryLine(line) ?? this.#go.read(line) ?? this.#tap.read(line)
  }

  #add(statement: Statement, line: string): void {
    const { runner, passed, failed, skipped } = statement
    const sum = this.#sums.get(runner)
    // `  0 fail` alone may be anything
    if (sum === undefined && statement.more === true && passed + failed + skipped <= 0) return
    this.#sums.set(runner, {
      ...sum,
      ...statement,
      passed: (sum?.passed ?? 0) + passed,
      failed: (sum?.failed ?? 0) + failed,
      skipped: (sum?.skipped ?? 0) + skipped,
    })
    const fails = failed > 0 || statement.fails === true
    this.#failedLast = fails || (this.#failedLast && statement.more === true)
    if (runner === 'TAP') return
    this.#lines.push(line.trim())
    if (this.#lines.length > MAX_LINES) this.#lines.shift()
  }
}
