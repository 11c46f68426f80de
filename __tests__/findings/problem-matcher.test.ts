import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ProblemMatcher } from '../../src/findings/index.ts'
import { readFixture, WORKSPACE } from './fixtures.ts'

function match(output: string, base = WORKSPACE) {
  const matcher = new ProblemMatcher(WORKSPACE, base)
  for (const line of output.split('\n')) matcher.addLine(line)
  return matcher.findings().map(({ tool, rule, severity, file, line, column }) => {
    return [tool, rule, severity, file, line, column]
  })
}

describe('the output of a compiler', () => {
  const ofTsc = [
    ['tsc', 'TS2363', 'high', 'src/price.ts', 2, 19],
    ['tsc', 'TS2322', 'high', 'src/price.ts', 5, 14],
  ]
  it.each([
    ['tsc.txt', ofTsc],
    ['tsc-pretty.txt', ofTsc],
    [
      'gcc.txt',
      [
        ['cc', '-Wint-conversion', 'medium', 'a.c', 1, 37],
        ['cc', '-Wunused-variable', 'medium', 'a.c', 1, 22],
      ],
    ],
    ['gcc-error.txt', [['cc', 'error', 'high', 'bad.c', 1, 25]]],
    ['javac.txt', [['javac', 'error', 'high', 'A.java', 1, undefined]]],
    ['go-build.txt', [['go', 'error', 'high', 'a.go', 5, 48]]],
    ['go-vet.txt', [['go', 'error', 'high', 'a.go', 5, 28]]],
    ['rustc.txt', [['rustc', 'E0308', 'high', 'm.rs', 1, 26]]],
    ['mypy.txt', [['mypy', 'return-value', 'high', 'py/halves.py', 2, undefined]]],
    [
      'ruff.txt',
      [
        ['ruff', 'I001', 'medium', 'py/test_sum.py', 1, 1],
        ['ruff', 'F401', 'medium', 'py/test_sum.py', 1, 8],
      ],
    ],
  ])('in %s becomes findings', (name, expected) => {
    expect(match(readFixture(name))).toEqual(expected)
  })

  it('that is printed twice becomes one finding', () => {
    const output = readFixture('tsc.txt')
    expect(match(output + output)).toEqual(ofTsc)
  })

  it('has paths relative to where the command ran', () => {
    expect(match('src/a.ts(1,2): error TS1: m', `${WORKSPACE}/web`)).toEqual([
      ['tsc', 'TS1', 'high', 'web/src/a.ts', 1, 2],
    ])
    expect(match('../../elsewhere/a.ts(1,2): error TS1: m', `${WORKSPACE}/web`)).toMatchObject([
      ['tsc', 'TS1', 'high', undefined, undefined, undefined],
    ])
  })

  it('keeps parentheses in a path', () => {
    expect(match('app/(shop)/page.tsx(3,4): error TS2322: m')).toEqual([
      ['tsc', 'TS2322', 'high', 'app/(shop)/page.tsx', 3, 4],
    ])
  })

  it.each([
    '12:00:03: error: the clock is wrong',
    'npm error code 1',
    'listening on 127.0.0.1:8080',
    '  at Object.<anonymous> (src/a.ts:3:5)',
    'src/a.ts:3:5: note: declared here',
    'http://example.com:80: error: refused',
    'warning: 3 things',
  ])('that is no problem is passed over: %s', (line) => {
    expect(match(line).filter(([, , , file]) => file !== undefined)).toEqual([])
  })
})

describe('an attack on the patterns', () => {
  const attacks = [
    '(',
    '1',
    ':',
    '(1',
    ':1',
    '(1,',
    ':1:',
    ' ',
    '[',
    'a.go:',
    '-->',
    '\u001b[',
    'error: ',
    'a(1,1): ',
  ]

  it.each(attacks)('of %j costs no more than its length', (attack) => {
    const matcher = new ProblemMatcher(WORKSPACE, WORKSPACE)
    const line = attack.repeat(100_000 / attack.length)
    // 2,000 such lines are 200 MB: what is quadratic does not end within the test's own timeout.
    for (let n = 0; n < 2_000; n += 1) matcher.addLine(line)
    expect(matcher.findings().length).toBeLessThanOrEqual(1)
  })

  it('of any other kind leaves no finding without a place inside', () => {
    const part = fc.constantFrom(
      'a.c',
      '../x.ts',
      '/etc/y.py',
      '(',
      ')',
      ':',
      ',',
      '1',
      '99999999',
      ' ',
      'error',
      'TS1',
      '\n',
      '-->',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        for (const [, , , file] of match(parts.join(''))) {
          if (file !== undefined) expect(file).not.toMatch(/^(?:\.\.|\/)/)
        }
      }),
    )
  })
})
