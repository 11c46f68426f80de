import { describe, expect, test } from 'vitest'
import { findTellingLine } from '../../../../src/systems/kubernetes/evidence/telling-lines.ts'

describe('the line that says why', () => {
  test.each([
    [
      'a Node program',
      [
        'listening on 8080',
        'node:internal/process/promises:394',
        '      triggerUncaughtException(err, true);',
        '      ^',
        '',
        'Error: connect ECONNREFUSED 10.0.0.7:5432',
        '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16) {',
        "  errno: -111, code: 'x'",
        '}',
        '',
        'Node.js v24.1.0',
      ],
      'Error: connect ECONNREFUSED 10.0.0.7:5432',
    ],
    [
      'a Python program',
      [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 3, in <module>',
        '    connect()',
        "psycopg.OperationalError: connection failed: password authentication failed for user 'api'",
      ],
      "psycopg.OperationalError: connection failed: password authentication failed for user 'api'",
    ],
    [
      'a Java program',
      [
        'Exception in thread "main" java.lang.IllegalStateException: DB_URL is missing',
        '\tat com.acme.Main.main(Main.java:12)',
        '\t... 3 more',
      ],
      'Exception in thread "main" java.lang.IllegalStateException: DB_URL is missing',
    ],
    [
      'a Go program',
      [
        'panic: cannot read /config: no such file or directory',
        '',
        'goroutine 1 [running]:',
        'exit status 2',
      ],
      'panic: cannot read /config: no such file or directory',
    ],
    ['a program that says no word of trouble', ['starting', 'bye', ''], 'bye'],
    ['a trace alone', ['    at main (a.js:1:1)'], 'at main (a.js:1:1)'],
  ])('is found in the log of %s', (_, lines, expected) => {
    expect(findTellingLine(lines)).toBe(expected)
  })

  test('is none where there is no log', () => {
    expect(findTellingLine([])).toBeUndefined()
    expect(findTellingLine(['', '  '])).toBeUndefined()
  })
})
