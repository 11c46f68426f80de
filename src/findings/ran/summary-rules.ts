import { type Counts, countItems, type Statement } from './statement.ts'

interface SummaryRule {
  readonly runner: string
  /** Anchored, and every repetition bounded: the time for a line grows with its length only (threat T31). */
  readonly pattern: RegExp
  /** Whether such a line continues the summary that another began. */
  readonly more: boolean
  readonly read: (match: RegExpExecArray) => Counts
}

type Read = SummaryRule['read']

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 }
const readList: Read = ([, list = '']) => countItems(list)
const readNothing: Read = () => NOTHING
/** A number and, before or after it, its word. */
const readPair: Read = ([, one = '', other = '']) =>
  countItems(/^\d/.test(one) ? `${one} ${other}` : `${other} ${one}`)

const begin = (runner: string, pattern: RegExp, read: Read = readList): SummaryRule => ({
  runner,
  pattern,
  more: false,
  read,
})
const more = (runner: string, pattern: RegExp, read: Read = readList): SummaryRule => ({
  ...begin(runner, pattern, read),
  more: true,
})

/** What was counted as passed by an earlier line was skipped, or failed. */
const correct: Read = (match) => {
  const { failed, skipped } = readList(match)
  return { failed, skipped, passed: -failed - skipped }
}

/** Lines with counts, as the runners write them with their default reporters, without colours. */
const counting: readonly SummaryRule[] = [
  begin('jest', /^Tests: {1,20}((?:\d{1,9} [a-z]{1,20}, ){0,9}\d{1,9} total)$/),
  begin('vitest', /^ {0,10}Tests {1,5}(\d[\w |]{1,200}) \(\d{1,9}\)$/),
  begin('vitest', /^ {0,10}Tests {1,5}no tests$/, readNothing),
  begin('node --test', /^[#ℹ] tests {1,5}\d{1,9}$/, readNothing),
  more('node --test', /^[#ℹ] ((?:pass|fail|cancelled|skipped|todo) {1,5}\d{1,9})$/),
  begin('mocha', /^ {0,10}(\d{1,9} passing)(?: \([^()]{1,40}\))?$/),
  more('mocha', /^ {0,10}(\d{1,9} (?:failing|pending))$/),
  more('playwright', /^ {1,4}(\d{1,9} (?:failed|interrupted|flaky|skipped))$/),
  more('playwright', /^ {1,4}(\d{1,9} passed) \(\d[\d.]{0,10}m?[smh]\)$/),
  more('ava', /^ {1,4}(\d{1,9}) tests? (passed|failed|skipped|todo)$/, readPair),
  begin('bun', /^ {1,4}(\d{1,9} pass)$/),
  more('bun', /^ {1,4}(\d{1,9} (?:fail|skip|todo))$/),
  begin('uvu', /^ {2}Total: {5}\d{1,9}$/, readNothing),
  more('uvu', /^ {2}((?:Passed|Skipped): {2,10}\d{1,9})$/),
  begin('deno', /^(?:ok|FAILED) \| (\d{1,9} passed[\w (),|]{1,200}) \([^()]{1,40}\)$/),
  begin('jasmine', /^(\d{1,9} specs?, \d[\w ,]{1,100})$/),
  begin('karma', /^TOTAL: (\d[\w ,]{1,100})$/),
  begin('pytest', /^=* ?(\d{1,9} [a-z][\w ,]{1,200}) in \d[\d.]{0,20}s(?: \([\d:]{1,20}\))? ?=*$/),
  begin('unittest', /^Ran (\d{1,9} tests?) in \d[\d.]{0,20}s$/),
  more('unittest', /^(?:OK|FAILED) \(([a-z ]{1,30}=\d{1,9}(?:, [a-z ]{1,30}=\d{1,9}){0,5})\)$/, correct),
  begin('gotestsum', /^DONE (\d{1,9} tests?(?:, \d{1,9} [a-z]{1,20}){0,4}) in \d/),
  // Its failures are those before the last run, which the exit code tells of.
  begin(
    'gotestsum',
    /^DONE \d{1,9} runs, (\d{1,9} tests?(?:, \d{1,9} skipped)?)(?:, \d{1,9} [a-z]{1,20}){0,3} in \d/,
  ),
  begin('cargo test', /^test result: [a-zA-Z]{1,10}\. (\d[\w ;]{1,200})(?:; finished in .{1,40})?$/),
  begin('cargo test', /^running 0 tests$/, readNothing),
  begin('cargo nextest', /^ {0,10}Summary \[[^\]]{1,40}\] {1,5}\d{1,9} tests? run: (\d[\w ,()]{1,200})$/),
  begin('maven', /^(?:\[[A-Z]{1,10}\] )?(Tests run: \d{1,9}(?:, [A-Z][a-z]{1,20}: \d{1,9}){1,6})$/),
  begin('ant', /^ {0,10}\[junit\] (Tests run: \d{1,9}(?:, [A-Z][a-z]{1,20}: \d{1,9}){1,6}), Time elapsed/),
  begin(
    'sbt',
    /^\[[a-z]{1,10}\] (?:Passed|Failed|Error): (Total \d{1,9}(?:, [A-Z][a-z]{1,20} \d{1,9}){1,6})$/,
  ),
  begin('scalatest', /^\[[a-z]{1,10}\] Tests: (succeeded \d{1,9}(?:, [a-z]{1,20} \d{1,9}){1,6})$/),
  begin('junit', /^\[ {1,12}\d{1,9} tests found {1,12}\]$/, readNothing),
  more('junit', /^\[ {1,12}(\d{1,9}) tests (successful|failed|skipped|aborted) {1,12}\]$/, readPair),
  begin('junit', /^OK \((\d{1,9} tests?)\)$/),
  begin('gradle', /^(\d{1,9} tests?) completed((?:, \d{1,9} [a-z]{1,20}){0,3})$/, ([, all = '', rest = '']) =>
    countItems(all + rest),
  ),
  begin(
    'dotnet test',
    /^(?:Passed|Failed|Skipped)! {1,3}- (Failed: {1,9}\d{1,9}(?:, [A-Z][a-z]{1,20}: {1,9}\d{1,9}){1,4})/,
  ),
  begin('dotnet test', /^ {0,10}Test summary: (total: \d[\w :,]{1,100}), duration/),
  begin('dotnet test', /^ {0,4}(?:Total tests: \d{1,9}$|Test run summary: )/, readNothing),
  more('dotnet test', /^ {2,6}((?:[Pp]assed|[Ff]ailed|[Ss]kipped|succeeded): \d{1,9})$/),
  begin('phpunit', /^OK \((\d{1,9} tests?), \d{1,9} assertions?\)$/),
  begin('phpunit', /^(Tests: \d{1,9}, Assertions: \d{1,9}(?:, [\w ]{1,40}: \d{1,9}){0,12})\.$/),
  begin('pest', /^ {1,4}Tests: {1,9}(\d[\w ,]{1,200}) \(\d{1,9} assertions?\)$/),
  begin('rspec', /^(\d{1,9} examples?, \d[\w ,]{1,100})$/),
  begin('minitest', /^(\d{1,9} (?:runs|tests), \d{1,9} assertions(?:, \d{1,9} [a-z]{1,20}){1,6})$/),
  // bats, ExUnit, Robot Framework
  begin(
    'test',
    /^(?:\d{1,9} (?:doctests?|properties|property), )?(\d{1,9} tests?, \d{1,9} (?:failures?|passed)(?:, \d{1,9} [a-z]{1,20}){0,4})$/,
  ),
  begin('googletest', /^\[={10}\] Running \d{1,9} tests? from /, readNothing),
  more('googletest', /^\[ {1,3}(PASSED|FAILED|SKIPPED) {1,3}\] (\d{1,9}) tests?[.,]/, readPair),
  begin(
    'catch2',
    /^All tests passed \((?:\d{1,9} skipped tests?, )?\d{1,9} assertions? in (\d{1,9} test) cases?\)$/,
  ),
  begin('catch2', /^(?:\[doctest\] )?test cases: {1,9}(\d[\w |]{1,100})$/),
  begin(
    'ctest',
    /^\d{1,3}% tests passed, (\d{1,9}) tests? failed out of (\d{1,9})$/,
    ([, failed = '', all = '']) => countItems(`${failed} failed, ${all} total`),
  ),
  more('ctest', /^\s{0,10}\d{1,9} - .{1,200} \(Skipped\)$/, () => ({ passed: -1, failed: 0, skipped: 1 })),
  more('ctest', /^\s{0,10}\d{1,9} - .{1,200} \(Disabled\)$/, () => ({ passed: 0, failed: 0, skipped: 1 })),
  begin('prove', /^Files=\d{1,9}, Tests=(\d{1,9}), /, ([, all = '']) => countItems(`${all} tests`)),
  begin(
    'dart',
    /^\d\d:\d\d \+(\d{1,9})(?: ~(\d{1,9}))?(?: -(\d{1,9}))?: (?:All|Some) tests [a-z]{1,10}[.!]$/,
    (match) => {
      const [, passed = 0, skipped = 0, failed = 0] = match
      return { passed: Number(passed), skipped: Number(skipped), failed: Number(failed) }
    },
  ),
]

/** All at once, which is much faster for the lines that match none. */
const any = new RegExp(counting.map(({ pattern }) => pattern.source).join('|'))

/** What a line with counts says; undefined for one that no rule knows. */
export function readSummaryLine(line: string): Statement | undefined {
  if (!any.test(line)) return undefined
  for (const rule of counting) {
    const match = rule.pattern.exec(line)
    if (match === null) continue
    return { runner: rule.runner, ...rule.read(match), ...(rule.more ? { more: true } : {}) }
  }
  return undefined
}
