import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { StagegateError } from '../../src/errors/index.ts'
import { readReport } from '../../src/findings/index.ts'
import { inPieces, readFixture, WORKSPACE } from './fixtures.ts'

const read = (content: string | Uint8Array, size?: number) =>
  readReport(inPieces(content, size), 'reports/report', WORKSPACE)

describe('a JUnit report', () => {
  it('of node:test is counted by its cases, with the failed line taken from the stack', async () => {
    const { tests, findings } = await read(readFixture('node-test.junit.xml'))
    expect(tests).toMatchObject({ total: 5, passed: 1, failed: 2, skipped: 2, flaky: 0 })
    expect(tests?.failures[0]).toMatchObject({
      name: 'sums > adds <wrong> & &quot;badly&quot;',
      file: 'test/sum.test.js',
      line: 5,
      message: 'Expected values to be strictly equal:\n\n2 !== 3',
    })
    expect(findings.map(({ file, line, severity }) => ({ file, line, severity }))).toEqual([
      { file: 'test/sum.test.js', line: 5, severity: 'high' },
      { file: 'test/sum.test.js', line: 8, severity: 'high' },
    ])
  })

  it('keeps texts that are no valid XML, without the colours and controls in them', async () => {
    const { tests } = await read(readFixture('node-test.junit.xml'))
    expect(tests?.failures[1]).toMatchObject({
      name: expect.stringMatching(/^sums > deeper > throws .*red/) as string,
      message: expect.stringContaining('boom ]]>') as string,
    })
    expect(JSON.stringify(tests)).not.toMatch(/\\u001b|\\u0007/)
  })

  it('of pytest counts an error in a fixture as a failure', async () => {
    const { tests } = await read(readFixture('pytest.junit.xml'))
    expect(tests).toMatchObject({ total: 4, passed: 1, failed: 2, skipped: 1 })
    expect(tests?.failures).toMatchObject([
      { name: 'pytest > test_adds_badly', file: 'py/test_sum.py', line: 8 },
      { name: 'pytest > test_with_broken_fixture', file: 'py/test_sum.py', line: 16 },
    ])
  })

  it('of vitest has the failed line after the arrow', async () => {
    const { tests } = await read(readFixture('vitest.junit.xml'))
    expect(tests).toMatchObject({ total: 3, passed: 2, failed: 1 })
    expect(tests?.failures).toMatchObject([{ name: 'a.test.js > different', file: 'a.test.js', line: 3 }])
    expect(tests?.slowest[0]).toMatchObject({ name: 'a.test.js > different', durationMs: 7.522243 })
  })

  it('of ruff is read as well', async () => {
    const { tests } = await read(readFixture('ruff.junit.xml'))
    expect(tests?.failures).toMatchObject([{ file: 'py/test_sum.py', line: 1 }, { file: 'py/test_sum.py' }])
  })

  it('that claims no failures has those that its cases have', async () => {
    const { tests } = await read(
      '<testsuites tests="9" failures="0"><testsuite tests="9" failures="0" errors="0">' +
        '<testcase name="one"><failure message="it broke"/></testcase><testcase name="two" status="failed"/>' +
        '</testsuite></testsuites>',
    )
    expect(tests).toMatchObject({ total: 2, failed: 2, passed: 0 })
  })

  it('counts a failure of a suite outside its cases as a failed case', async () => {
    const { tests } = await read(
      '<testsuite name="db"><error message="no database">at connect (src/db.ts:7:3)</error><testcase name="ok"/></testsuite>',
    )
    expect(tests).toMatchObject({ total: 2, failed: 1, passed: 1 })
    expect(tests?.failures).toMatchObject([
      { name: 'db > (suite)', message: 'no database', file: 'src/db.ts', line: 7 },
    ])
  })

  it('tells a test that passed at the second attempt as flaky, and one that failed in all as failed', async () => {
    const { tests } = await read(
      '<testsuite><testcase name="a"><flakyFailure message="once"/></testcase>' +
        '<testcase name="b"><failure message="always"/><rerunFailure message="again"/></testcase></testsuite>',
    )
    expect(tests).toMatchObject({ total: 2, passed: 1, failed: 1, flaky: 1 })
  })

  it('without cases has none', async () => {
    expect((await read('<?xml version="1.0"?>\n<testsuites>\n</testsuites>')).tests?.total).toBe(0)
  })

  it('says the same however its bytes are cut', async () => {
    const content = readFixture('node-test.junit.xml')
    const whole = await read(content)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), async (size) => {
        expect(await read(content, size)).toEqual(whole)
      }),
      { numRuns: 25 },
    )
  })

  it('in UTF-16 or Latin-1 has its characters right', async () => {
    const text = '<testsuite name="über"><testcase name="größe"><failure/></testcase></testsuite>'
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    const latin1 = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, 'latin1')
    const marked = Buffer.from(`\ufeff${text}`)
    for (const content of [utf16, latin1, marked]) {
      expect((await read(content)).tests?.failures[0]?.name).toBe('über > größe')
    }
  })
})

describe('a report of findings', () => {
  it('in ESLint JSON has the lines and rules that ESLint named', async () => {
    const { tests, findings } = await read(readFixture('eslint.json'))
    expect(tests).toBeUndefined()
    expect(findings.map(({ rule, severity, file, line }) => [rule, severity, file, line])).toEqual([
      ['no-unused-vars', 'medium', 'src/lint.js', 1],
      ['no-undef', 'high', 'src/lint.js', 2],
      ['eqeqeq', 'medium', 'src/lint.js', 2],
      ['no-debugger', 'high', 'src/lint.js', 2],
    ])
  })

  it('in Checkstyle XML says the same as in ESLint JSON', async () => {
    const places = async (name: string) =>
      (await read(readFixture(name))).findings.map(({ tool, rule, severity, file, line, column }) => {
        return { tool, rule, severity, file, line, column }
      })
    expect(await places('eslint.checkstyle.xml')).toEqual(await places('eslint.json'))
  })

  it('in SARIF of ruff has paths relative to the workspace', async () => {
    const { findings } = await read(readFixture('ruff.sarif'))
    expect(findings).toMatchObject([
      { tool: 'ruff', rule: 'I001', severity: 'high', file: 'py/test_sum.py', line: 1 },
      { tool: 'ruff', rule: 'F401', severity: 'high', file: 'py/test_sum.py', line: 1 },
    ])
  })

  it('in SARIF of semgrep has the level of each rule', async () => {
    const { findings } = await read(readFixture('semgrep.sarif'))
    expect(findings.map(({ rule, severity, file }) => [rule, severity, file])).toEqual([
      ['rules.no-todo', 'low', 'src/run.js'],
      ['rules.exec-with-text', 'high', 'src/run.js'],
      ['rules.no-console', 'medium', 'src/run.js'],
      ['rules.no-eval', 'high', 'src/run.js'],
    ])
  })

  it('in SARIF of osv-scanner has the severity of the score', async () => {
    const { findings } = await read(readFixture('osv-scanner.sarif'))
    expect(findings).toMatchObject([{ tool: 'osv-scanner', severity: 'high', file: 'package-lock.json' }])
  })

  it('in SARIF leaves out what was suppressed, passed, or is gone', async () => {
    const result = (more: object) => ({ ruleId: 'r', message: { text: 'm' }, ...more })
    const { findings } = await read(
      JSON.stringify({
        version: '2.1.0',
        runs: [
          {
            tool: { driver: { name: 't' } },
            results: [
              result({ kind: 'pass' }),
              result({ suppressions: [{ kind: 'inSource' }] }),
              result({ baselineState: 'absent' }),
              result({ suppressions: [{ kind: 'inSource', status: 'rejected' }] }),
              result({ level: 'nonsense' }),
            ],
          },
        ],
      }),
    )
    expect(findings.map(({ severity }) => severity)).toEqual(['medium', 'high'])
  })

  it('loses places that are outside the workspace, but not its texts', async () => {
    const files = [
      '/etc/passwd',
      '../../etc/passwd',
      'https://example.com/a.js',
      'src/../../../x.js',
      '\0',
      '',
    ]
    const { findings } = await read(
      JSON.stringify(
        files.map((filePath) => ({
          filePath,
          messages: [{ ruleId: 'r', message: 'm', line: 3, severity: 2 }],
        })),
      ),
    )
    expect(findings).toHaveLength(files.length)
    for (const finding of findings) {
      expect(finding).not.toHaveProperty('file')
      expect(finding).not.toHaveProperty('line')
      expect(finding.message).toBe('m')
    }
  })
})

describe('a hostile report', () => {
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">' +
    Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n} "${`&l${n - 1};`.repeat(10)}">`).join('') +
    ']><testsuites><testcase name="&l8;"/></testsuites>'
  const hostile: Readonly<Record<string, string | Uint8Array>> = {
    'an entity bomb': bomb,
    'an external entity':
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuites><testcase name="&x;"/></testsuites>',
    'a parameter entity':
      '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><testsuites></testsuites>',
    'an entity that nobody declared': '<testsuites><testcase name="&x;"/></testsuites>',
    'elements without an end': '<a>'.repeat(100_000),
    'suites nested too deeply': `<testsuites>${'<testsuite>'.repeat(100)}${'</testsuite>'.repeat(100)}</testsuites>`,
    'a case in a case': '<testsuites><testcase><testcase/></testcase></testsuites>',
    'a text that never ends': `<testsuites><testcase><failure>${'x'.repeat(17 * 1024 * 1024)}`,
    'a tag that never ends': `<testsuites ${'a="b" '.repeat(3 * 1024 * 1024)}`,
    'half a report': readFixture('pytest.junit.xml').slice(0, 600),
    'another root': '<html><body>It works!</body></html>',
    'two roots': '<testsuites/><testsuites/>',
    'an unknown encoding': '<?xml version="1.0" encoding="klingon"?><testsuites/>',
    nothing: '',
    'white space': ' \n ',
    'bytes of no text': Uint8Array.from({ length: 999 }, (_, n) => (n * 37) % 256),
    'JSON cut half way': readFixture('ruff.sarif').slice(0, 500),
    'JSON of another kind': '{"results": []}',
    'a list of other things': '[{"file": "a.js"}]',
  }

  it.each(Object.keys(hostile))('with %s is refused', async (name) => {
    await expect(read(hostile[name] ?? '')).rejects.toMatchObject({
      code: 'E_REPORT_UNREADABLE',
      message: expect.stringContaining('reports/report') as string,
    })
  })

  it('with an external DOCTYPE is read, and nothing is fetched', async () => {
    const { tests } = await read(
      '<!DOCTYPE testsuites SYSTEM "http://127.0.0.1:9/junit.dtd"><testsuites><testcase name="a"/></testsuites>',
    )
    expect(tests?.total).toBe(1)
  })

  it('with keys such as __proto__ changes nothing', async () => {
    const content =
      '{"__proto__": {"polluted": 1}, "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "constructor", "rules": [{"id": "__proto__",' +
      ' "properties": {"security-severity": "9.9"}}]}}, "results": [{"ruleId": "__proto__", "message": {"text": "m"},' +
      ' "__proto__": {"level": "note"}}]}]}'
    const { findings } = await read(content)
    expect(findings).toMatchObject([{ tool: 'constructor', rule: '__proto__', severity: 'critical' }])
    await read(
      '<testsuites __proto__="x"><testsuite constructor="y"><testcase __proto__="z"/></testsuite></testsuites>',
    )
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  it('with absurd numbers has none of them', async () => {
    const { tests } = await read(
      '<testsuite><testcase name="a" time="NaN" line="-3"><failure/></testcase><testcase time="1e999"/>' +
        '<testcase time="-5"/></testsuite>',
    )
    expect(tests?.durationMs).toBe(0)
    expect(tests?.failures[0]).not.toHaveProperty('line')
    const { findings } = await read(
      JSON.stringify([
        {
          filePath: 'a.js',
          messages: [{ line: 1e300, column: -1, endLine: 0.5, message: 'm', severity: 99 }],
        },
      ]),
    )
    expect(findings).toMatchObject([{ severity: 'high', file: 'a.js' }])
    expect(findings[0]).not.toHaveProperty('line')
  })

  it('of any text either is read or refused with a reason', async () => {
    const pieces = fc.constantFrom(
      '<testsuites>',
      '<testsuite name="a">',
      '<testcase name="b" time="1"',
      '>',
      '/>',
      '<failure message="c">',
      '</failure>',
      '</testcase>',
      '</testsuite>',
      '</testsuites>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '&#0;',
      '&amp;',
      '<?x',
      '<!DOCTYPE a',
      '{"version":"2.1.0","runs":[',
      '{"results":[{"locations":[{"physicalLocation":{}}]}]}',
      ']}',
      '\u0000',
      '\ud800',
    )
    const text = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        try {
          await read(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(StagegateError)
        }
      }),
      { numRuns: 300 },
    )
  })
})
