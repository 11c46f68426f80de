import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { TestCounter } from '../../src/findings/index.ts'

function count(output: string) {
  const counter = new TestCounter()
  for (const line of output.split('\n')) counter.addLine(line)
  return counter.counts()
}

/** As the runners print it; from their own repositories, documentation and runs. */
const ran: readonly (readonly [runner: string, output: string, counts: string])[] = [
  [
    'jest',
    'Test Suites: 1 failed, 2 passed, 3 total\nTests:       1 failed, 2 skipped, 3 todo, 4 passed, 10 total\nSnapshots:   0 total',
    '4 1 5',
  ],
  [
    'vitest',
    ' Test Files  1 failed | 1 passed (2)\n      Tests  1 failed | 2 passed | 1 skipped (4)\n   Start at  10:30:15',
    '2 1 1',
  ],
  [
    'node --test',
    'ℹ tests 5\nℹ suites 1\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 72.1',
    '2 1 2',
  ],
  ['node --test', '# tests 2\n# suites 0\n# pass 2\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0', '2 0 0'],
  ['node --test', 'ℹ tests 2\nℹ pass 0\nℹ fail 0\nℹ cancelled 2', '0 2 0'],
  ['uvu', '  Total:     2\n  Passed:    1\n  Skipped:   1\n  Duration:  0.36ms', '1 0 1'],
  ['mocha', '\n  3 passing (12ms)\n  1 pending\n  2 failing\n', '3 2 1'],
  ['playwright', '  1 flaky\n    a.spec.ts:3:1 › buys\n  1 skipped\n  3 passed (4.2s)', '4 0 1'],
  ['bun', ' 3 pass\n 1 skip\n 0 fail\nRan 4 tests across 1 files. [5.00ms]', '3 0 1'],
  ['deno', 'ok | 3 passed (5 steps) | 0 failed | 1 ignored (12ms)', '3 0 1'],
  ['jasmine', '3 specs, 1 failure, 1 pending spec', '1 1 1'],
  ['karma', 'TOTAL: 1 FAILED, 2 SUCCESS', '2 1 0'],
  [
    'pytest',
    '==== 1 failed, 3 passed, 1 skipped, 1 xfailed, 2 warnings, 1 error in 62.12s (0:01:02) ====',
    '4 2 1',
  ],
  ['pytest', '3 passed in 0.01s', '3 0 0'],
  [
    'unittest',
    'Ran 5 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=1, expected failures=1)',
    '2 2 1',
  ],
  ['unittest', 'Ran 3 tests in 0.001s\n\nOK (skipped=1)', '2 0 1'],
  [
    'go test',
    '?   \tx/a\t[no test files]\nok  \tx/b\t0.006s\nok  \tx/c\t(cached)\tcoverage: 50.0% of statements',
    '2 0 0',
  ],
  [
    'go test',
    '=== RUN   TestA\n    --- PASS: TestA/one (0.00s)\n--- PASS: TestA (0.00s)\n--- SKIP: TestB (0.00s)\nPASS\nok  \tx/b\t0.006s',
    '1 0 1',
  ],
  ['gotestsum', '∅  x/a\n✓  x/b (3ms)\n\nDONE 5 tests, 1 skipped in 0.5s', '4 0 1'],
  [
    'cargo test',
    'running 4 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s\n\nrunning 0 tests',
    '3 0 1',
  ],
  ['cargo nextest', '     Summary [   0.355s] 3 tests run: 2 passed (1 flaky), 1 failed, 1 skipped', '2 1 1'],
  [
    'maven',
    '[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 s -- in com.x.ATest\n[INFO] Results:\n[INFO] \n[WARNING] Tests run: 3, Failures: 0, Errors: 1, Skipped: 1',
    '1 1 1',
  ],
  ['ant', '    [junit] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 sec', '2 0 1'],
  ['sbt', '[info] Passed: Total 3, Failed 0, Errors 0, Passed 3', '3 0 0'],
  [
    'scalatest',
    '[info] Passed: Total 0, Failed 0, Errors 0, Passed 0\n[info] Tests: succeeded 2, failed 1, canceled 1, ignored 0, pending 0',
    '2 1 1',
  ],
  [
    'junit',
    '[         4 tests found           ]\n[         1 tests skipped         ]\n[         3 tests successful      ]\n[         0 tests failed          ]',
    '3 0 1',
  ],
  ['gradle', '3 tests completed, 1 failed, 1 skipped', '1 1 1'],
  [
    'dotnet test',
    'Passed!  - Failed:     0, Passed:     3, Skipped:     1, Total:     4, Duration: < 1 ms - A.dll (net8.0)',
    '3 0 1',
  ],
  ['dotnet test', 'Test summary: total: 4, failed: 1, succeeded: 2, skipped: 1, duration: 1.2s', '2 1 1'],
  ['dotnet test', 'Total tests: 3\n     Passed: 2\n    Skipped: 1', '2 0 1'],
  ['phpunit', 'OK (75 tests, 425 assertions)', '75 0 0'],
  [
    'phpunit',
    'Tests: 6, Assertions: 5, Errors: 1, Failures: 1, Skipped: 1, Incomplete: 1, Risky: 1.',
    '2 2 2',
  ],
  ['pest', '  Tests:    1 skipped, 2 passed (3 assertions)', '2 0 1'],
  ['rspec', '3 examples, 1 failure, 1 pending', '1 1 1'],
  ['minitest', '3 runs, 5 assertions, 0 failures, 0 errors, 1 skips', '2 0 1'],
  ['test', '2 doctests, 3 tests, 1 failure, 1 skipped', '1 1 1'],
  [
    'googletest',
    '[==========] Running 4 tests from 1 test suite.\n[  SKIPPED ] A.b (0 ms)\n[  PASSED  ] 2 tests.\n[  SKIPPED ] 1 test, listed below:\n[  FAILED  ] 1 test, listed below:',
    '2 1 1',
  ],
  ['catch2', 'All tests passed (3 assertions in 2 test cases)', '2 0 0'],
  ['catch2', 'test cases: 3 | 1 passed | 1 failed | 1 skipped', '1 1 1'],
  [
    'ctest',
    '100% tests passed, 0 tests failed out of 2\n\nThe following tests did not run:\n\t  1 - a (Skipped)\n\t  2 - b (Disabled)',
    '1 0 2',
  ],
  ['prove', 'Files=2, Tests=5,  1 wallclock secs ( 0.03 usr  0.01 sys)\nResult: PASS', '5 0 0'],
  ['dart', '00:01 +3 ~1: All tests passed!', '3 0 1'],
  [
    'TAP',
    '1..4\nok 1 a\nok 2 b # skip no network\n    not ok 1 inner\nnot ok 3 c\nnot ok 4 d # TODO later',
    '1 1 2',
  ],
]

const none: readonly (readonly [runner: string, output: string])[] = [
  ['jest', 'No tests found, exiting with code 0'],
  ['jest', 'Tests:       2 skipped, 2 total'],
  ['vitest', 'No test files found, exiting with code 0'],
  ['vitest', '      Tests  no tests'],
  ['vitest', '      Tests  2 skipped (2)'],
  ['node --test', '1..0\n# tests 0\n# suites 0\n# pass 0\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0'],
  ['mocha', '  0 passing (1ms)'],
  ['mocha', 'Error: No test files found: "test"'],
  ['mocha', '  0 passing (1ms)\n  2 pending'],
  ['pytest', 'collected 0 items\n\n==== no tests ran in 0.01s ===='],
  ['pytest', '==== 2 skipped in 0.01s ===='],
  ['pytest', '==== 3 deselected in 0.01s ===='],
  ['unittest', 'Ran 0 tests in 0.000s\n\nNO TESTS RAN'],
  ['unittest', 'Ran 2 tests in 0.000s\n\nOK (skipped=2)'],
  ['go test', '?   \tx/a\t[no test files]\nok  \tx/b\t0.005s [no tests to run]'],
  ['go test', '--- SKIP: TestC (0.00s)\nPASS\nok  \tx/c\t(cached)'],
  ['gotestsum', 'DONE 0 tests in 0.1s'],
  [
    'cargo test',
    'running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s',
  ],
  ['cargo nextest', '     Summary [   0.001s] 0 tests run: 0 passed, 3 skipped'],
  ['maven', '[INFO] No tests to run.'],
  ['maven', '[INFO] Tests are skipped.'],
  ['maven', 'Tests run: 0, Failures: 0, Errors: 0, Skipped: 0'],
  ['gradle', '> Task :compileTestJava NO-SOURCE\n> Task :testClasses UP-TO-DATE\n> Task :test NO-SOURCE'],
  ['sbt', '[info] Passed: Total 0, Failed 0, Errors 0, Passed 0\n[info] No tests to run for Test / test'],
  [
    'dotnet test',
    'No test is available in /a/A.dll. Make sure that test discoverer & executors are registered',
  ],
  [
    'dotnet test',
    'Skipped! - Failed:     0, Passed:     0, Skipped:     2, Total:     2, Duration: 5 ms - A.dll',
  ],
  ['phpunit', 'No tests executed!'],
  ['phpunit', 'Tests: 2, Assertions: 0, Skipped: 2.'],
  ['pest', '   INFO  No tests found.'],
  ['rspec', 'No examples found.\n\n0 examples, 0 failures'],
  ['ctest', 'No tests were found!!!'],
  [
    'ctest',
    '100% tests passed, 0 tests failed out of 1\n\nThe following tests did not run:\n\t  1 - a (Skipped)',
  ],
  ['googletest', '[==========] Running 0 tests from 0 test suites.\n[  PASSED  ] 0 tests.'],
  ['catch2', 'test cases: 1 | 1 skipped'],
  ['prove', 'Result: NOTESTS'],
  ['dart', 'No tests ran.'],
  ['npm', 'Error: no test specified'],
  ['TAP', '1..0 # SKIP no network'],
]

describe('What test runners print', () => {
  it.each(ran)('by %s says how many ran: %s', (runner, output, counts) => {
    const counted = count(output)
    expect(counted?.runners).toEqual([runner])
    expect(`${counted?.passed} ${counted?.failed} ${counted?.skipped}`).toBe(counts)
  })

  it.each(none)('by %s says that none ran: %s', (runner, output) => {
    const counted = count(output)
    expect(counted).toMatchObject({ runners: [runner], passed: 0, failed: 0, known: 'exact' })
  })

  it('is read with colours, with carriage returns, and behind the name of a package', () => {
    expect(
      count(
        '\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m3 passed\u001b[39m\u001b[22m\u001b[90m (3)\u001b[39m',
      ),
    ).toMatchObject({ passed: 3 })
    expect(count('12 of 13\r\u001b[2K  3 passing (12ms)\r')).toMatchObject({ passed: 3 })
    expect(count('@shop/web:test:       Tests  3 passed (3)')).toMatchObject({ passed: 3 })
    expect(count('packages/a test: Tests:       3 passed, 3 total')).toMatchObject({ passed: 3 })
    expect(count('web-1  | ==== 3 passed in 0.01s ====')).toMatchObject({ passed: 3 })
  })

  it('is added up over several runners and several runs', () => {
    expect(
      count('Tests:       3 passed, 3 total\n2 passed in 0.01s\nTests:       1 passed, 1 total'),
    ).toMatchObject({
      runners: ['jest', 'pytest'],
      passed: 6,
    })
  })

  it('counts one test for each package that go test calls ok without -v, as the least', () => {
    expect(count('ok  \tx/b\t0.006s')).toMatchObject({ passed: 1, known: 'at-least' })
  })

  it('does not say how many Gradle ran, but that it ran some', () => {
    expect(count('> Task :a:test NO-SOURCE\n> Task :b:test')).toMatchObject({ passed: 0, known: 'unknown' })
  })

  it('shows a failure by its last summary, so that tests that were repeated have passed', () => {
    expect(count('==== 1 failed, 3 passed in 0.1s ====\n==== 1 passed in 0.1s ====')?.failedLast).toBe(false)
    expect(count('==== 1 failed, 3 passed in 0.1s ====')?.failedLast).toBe(true)
    expect(count('FAIL\tx/a\t0.1s\nok  \tx/b\t0.1s\nFAIL')?.failedLast).toBe(true)
    expect(count('DONE 2 runs, 4 tests, 1 failure in 0.5s')?.failedLast).toBe(false)
  })

  it('is not read from lines that only look alike', () => {
    for (const line of [
      'Running tests for 3 specs',
      'expected 3 passing grades',
      '  0 fail',
      'The documentation says: no tests ran',
      'Tests: see TESTING.md',
      'ok 1 without a plan',
      '3 tests',
      'FAIL',
    ]) {
      expect(count(line)).toBeUndefined()
    }
  })

  it('takes any text without a failure', () => {
    const words = [
      '3',
      'passed',
      'Tests:',
      ' ',
      '\t',
      'ok',
      '(',
      ')',
      ',',
      '|',
      '=',
      'in 0.1s',
      'total',
      '[',
      '1..0',
    ]
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 30 }), (parts) => {
        const counted = count(parts.join(''))
        if (counted === undefined) return
        expect(Math.min(counted.passed, counted.failed, counted.skipped)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
