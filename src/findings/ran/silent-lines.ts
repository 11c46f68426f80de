import type { Statement } from './statement.ts'

/** A runner, and how it says that there was no test, or that it was told to run none. Anchored, repetitions bounded. */
type Rule = readonly [runner: string, pattern: RegExp]

/** Of runners that fail for that reason alone, unless they are told not to. */
const failing: readonly Rule[] = [
  ['jest', /^No tests found(?:[.!]|, exiting with code \d| related to files changed since .{1,100})?$/],
  ['vitest', /^No test files found(?:, exiting with code \d)?$/],
  ['mocha', /^ {0,4}(?:Error|Warning): No (?:test files|tests) found\b/],
  ['npm', /^Error: no test specified$/],
  ['deno', /^(?:error: )?No test modules found$/],
  ['bun', /^(?:error: )?No tests found!$/],
  ['pytest', /^=* ?no tests ran(?: in \d[\d.]{0,20}s)? ?=*$/],
  ['pytest', /^collected 0 items$/],
  ['unittest', /^NO TESTS RAN\b/],
  ['cargo nextest', /^error: no tests to run$/],
  ['pest', /^ {0,4}INFO {1,4}No tests found\.$/],
]

const passing: readonly Rule[] = [
  ['jasmine', /^No specs found$/],
  ['karma', /^(?:[\w.]{1,30} [\w. ()]{1,60}: )?Executed 0 of 0 /],
  ['maven', /^(?:\[[A-Z]{1,10}\] )?(?:No tests to run\.|Tests are skipped\.|No tests were executed!)/],
  [
    'gradle',
    /^> Task :(?:[\w.-]{1,100}:){0,9}(?:test(?!Classes)\w{0,100}|\w{1,100}Test) (?:NO-SOURCE|SKIPPED)$/,
  ],
  ['sbt', /^\[info\] No tests (?:to run for|were executed)/],
  ['dotnet test', /^(?:No test is available in|No test matches the given testcase filter|Zero tests ran)\b/],
  ['phpunit', /^No tests executed!$/],
  ['rspec', /^No examples found\.$/],
  ['ctest', /^No tests were found!!!$/],
  ['catch2', /^No tests ran$/],
  ['prove', /^Result: NOTESTS$/],
  ['mix', /^There are no tests to run$/],
  ['dart', /^No tests ran\.$/],
]

/** A task of Gradle that ran tests, of which the plain console does not say how many. */
const gradleTask =
  /^> Task :(?:[\w.-]{1,100}:){0,9}(?:test(?!Classes)\w{0,100}|\w{1,100}Test)(?: (?:UP-TO-DATE|FROM-CACHE|FAILED))?$/

const NOTHING = { passed: 0, failed: 0, skipped: 0 } as const

/** All at once, which is much faster for the lines that match none. */
const any = new RegExp(
  [
    ...failing.map(([, { source }]) => source),
    ...passing.map(([, { source }]) => source),
    gradleTask.source,
  ].join('|'),
)

/** What a line without a number says: no test ran, or some did. Undefined for one that no rule knows. */
export function readSilentLine(line: string): Statement | undefined {
  if (!any.test(line)) return undefined
  const reason = failing.find(([, pattern]) => pattern.test(line))
  if (reason !== undefined) return { runner: reason[0], ...NOTHING, endsRun: true }
  const none = passing.find(([, pattern]) => pattern.test(line))
  if (none !== undefined) return { runner: none[0], ...NOTHING }
  return gradleTask.test(line) ? { runner: 'gradle', ...NOTHING, some: true } : undefined
}
