import type { Counts, Statement } from './statement.ts'

/** `ok  \tx/b\t0.006s`, `ok  \tx/b\t(cached)`, `FAIL\tx/b [build failed]`, `?   \tx/a\t[no test files]` */
const ofPackage = /^(ok|FAIL|\?) {0,10}\t([^\t ]{1,500})[\t ](.{0,200})$/
/** One test with `-v`, or one that failed without it. Tests in it are indented, and are part of it. */
const ofTest = /^--- (PASS|FAIL|SKIP): /
/** `go test -json`, a test or one in it. */
const ofJson = /^\{.{0,300}"Action":"(pass|fail|skip)".{0,300}"Test":"/
const words = {
  PASS: 'passed',
  FAIL: 'failed',
  SKIP: 'skipped',
  pass: 'passed',
  fail: 'failed',
  skip: 'skipped',
} as const

/**
 * Reads what `go test` prints. It tells the number of tests only with `-v` or `-json`; without, a package that is `ok`
 * and not said to have no tests ran at least one.
 */
export class GoLines {
  #counts: { -readonly [Key in keyof Counts]: Counts[Key] } = { passed: 0, failed: 0, skipped: 0 }

  read(line: string): Statement | undefined {
    // at the end of a run of several packages, whichever of them failed
    if (line === 'FAIL') return { runner: 'go test', ...none, more: true, fails: true }
    const json = ofJson.exec(line)?.[1]
    if (json !== undefined) {
      return { runner: 'go test', ...none, [words[json as keyof typeof words]]: 1 }
    }
    const test = ofTest.exec(line)?.[1]
    if (test !== undefined) {
      this.#counts[words[test as keyof typeof words]] += 1
      return undefined
    }
    const [, word, , rest = ''] = ofPackage.exec(line) ?? []
    if (word === undefined) return undefined
    const seen = this.#counts
    this.#counts = { ...none }
    if (word === '?' || rest.includes('[no tests to run]')) return { runner: 'go test', ...none }
    if (seen.passed + seen.failed + seen.skipped > 0 && (word === 'ok' || seen.failed > 0)) {
      return { runner: 'go test', ...seen }
    }
    return { runner: 'go test', ...none, [word === 'ok' ? 'passed' : 'failed']: 1, atLeast: true }
  }
}

const none: Counts = { passed: 0, failed: 0, skipped: 0 }
