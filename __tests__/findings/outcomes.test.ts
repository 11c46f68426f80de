import { describe, expect, it } from 'vitest'

import { readReport } from '../../src/findings/index.ts'
import { inPieces, WORKSPACE } from './fixtures.ts'

const read = (content: string) => readReport(inPieces(content), 'reports/report', WORKSPACE)
const outcome = async (attributes: string, inside = '') => {
  const { tests } = await read(
    `<testsuite name="s"><testcase name="t" ${attributes}>${inside}</testcase></testsuite>`,
  )
  return tests?.failed === 1 ? 'failed' : tests?.skipped === 1 ? 'skipped' : 'passed'
}

describe('The word for the result of a test', () => {
  it.each([
    ['status="run" result="completed"', 'passed'],
    ['status="passed"', 'passed'],
    ['status="PASS"', 'passed'],
    ['result="Success"', 'passed'],
    ['status="" result=""', 'passed'],
    ['status="notrun" result="suppressed"', 'skipped'],
    ['status="run" result="skipped"', 'skipped'],
    ['status="run" result="suppressed"', 'skipped'],
    ['status="disabled"', 'skipped'],
    ['status="Skipped"', 'skipped'],
    ['status="failed"', 'failed'],
    ['status="run" result="interrupted"', 'failed'],
    ['result="incomplete"', 'failed'],
    ['status="timedout"', 'failed'],
    ['status="broken"', 'failed'],
    ['result="completed" status="failed"', 'failed'],
    ['status="a word of tomorrow"', 'failed'],
  ])('%s is %s', async (attributes, expected) => {
    expect(await outcome(attributes)).toBe(expected)
  })

  it('does not outweigh the element that says why', async () => {
    expect(await outcome('status="incomplete"', '<skipped/>')).toBe('skipped')
    expect(await outcome('status="passed"', '<failure/>')).toBe('failed')
    expect(await outcome('status="skipped"', '<error/>')).toBe('failed')
  })

  it.each(['<skipped/>', '<disabled/>', '<ignored/>', '<notrun/>'])(
    'may be the element %s',
    async (element) => {
      expect(await outcome('', element)).toBe('skipped')
    },
  )

  it('is in the message when it alone says that the test did not pass', async () => {
    const { tests } = await read(
      '<testsuite><testcase name="t" result="incomplete" status="run"/></testsuite>',
    )
    expect(tests?.failures).toMatchObject([{ name: 't', message: 'result="incomplete" status="run"' }])
  })

  it('is not looked for in what a test printed', async () => {
    expect(await outcome('', '<system-out><failure>not ours</failure><testcase/></system-out>')).toBe(
      'passed',
    )
  })
})

describe('A suite whose attributes count more failures than its cases show', () => {
  it.each([
    [
      'in the attribute errors',
      '<testsuite name="s" tests="9" errors="4"><testcase name="a"/></testsuite>',
      1,
      1,
    ],
    ['without any case', '<testsuites><testsuite tests="6" failures="1" skipped="2"/></testsuites>', 1, 0],
    [
      'beside a good one',
      '<testsuites><testsuite failures="1"/><testsuite><testcase name="a"/></testsuite></testsuites>',
      1,
      1,
    ],
    [
      'in the root alone',
      '<testsuites failures="2"><testsuite><testcase name="a"/></testsuite></testsuites>',
      1,
      1,
    ],
    [
      'in a suite and, for that reason, around it',
      '<testsuites failures="1"><testsuite failures="1"><testsuite failures="1"/></testsuite></testsuites>',
      1,
      0,
    ],
  ])('%s has failed', async (_, report, failed, passed) => {
    const { tests, findings } = await read(report)
    expect(tests).toMatchObject({ failed, passed })
    expect(findings[0]?.message).toContain('The report contradicts itself')
  })

  it.each([
    ['one failure', '<testsuite failures="1"><testcase name="a"><failure/></testcase></testsuite>', 1],
    [
      'a failure and an error of one case',
      '<testsuite failures="1" errors="1"><testcase><failure/><error/></testcase></testsuite>',
      1,
    ],
    ['a case that failed by its word', '<testsuite failures="1"><testcase status="failed"/></testsuite>', 1],
    [
      'nested suites',
      '<testsuites failures="1"><testsuite failures="1"><testsuite failures="1"><testcase><failure/></testcase></testsuite></testsuite></testsuites>',
      1,
    ],
    [
      'a failure that was repeated and passed',
      '<testsuite failures="1"><testcase><flakyFailure/></testcase></testsuite>',
      0,
    ],
    [
      'each attempt of a test, as Surefire does',
      '<testsuite failures="3"><testcase><failure/><rerunFailure/><rerunError/></testcase></testsuite>',
      1,
    ],
    [
      'more than its cases show, where these show some',
      '<testsuite failures="3"><testcase><failure/></testcase></testsuite>',
      1,
    ],
    ['fewer than there are', '<testsuite failures="0"><testcase><failure/></testcase></testsuite>', 1],
    ['numbers that make no sense', '<testsuite failures="-1" errors="many"><testcase/></testsuite>', 0],
  ])('is not one that counts %s', async (_, report, failed) => {
    expect((await read(report)).tests).toMatchObject({ failed, total: 1 })
  })
})

describe('A linter that could not look at a file', () => {
  const eslint = (more: object, messages: readonly object[] = []) =>
    JSON.stringify([{ filePath: 'src/a.js', messages, ...more }])
  const checkstyle = (inside: string) => `<checkstyle><file name="src/a.php">${inside}</file></checkstyle>`

  it.each([
    [
      'ESLint with a fatal message',
      eslint({ fatalErrorCount: 1 }, [{ fatal: true, severity: 2, message: 'Parsing error: x' }]),
      'ESLint could not look at src/a.js: Parsing error: x',
    ],
    ['ESLint with a count alone', eslint({ fatalErrorCount: 5 }), 'ESLint could not look at src/a.js'],
    [
      'ESLint with more errors than messages',
      eslint({ errorCount: 3 }),
      'it counts 3 errors in src/a.js and shows 0',
    ],
    [
      'Checkstyle with an exception',
      checkstyle('<exception><![CDATA[CheckstyleException: boom\n  at x]]></exception>'),
      'the linter could not look at src/a.php: CheckstyleException: boom',
    ],
    [
      'PHP_CodeSniffer',
      checkstyle('<error severity="error" message="boom" source="Internal.Exception"/>'),
      'the linter could not look at src/a.php: boom',
    ],
    [
      'golangci-lint',
      checkstyle('<error severity="error" message="undefined: x" source="typecheck"/>'),
      'the linter could not look at src/a.php: undefined: x',
    ],
    [
      'ESLint in Checkstyle XML',
      checkstyle('<error severity="error" message="Parsing error: x" source=""/>'),
      'the linter could not look at src/a.php: Parsing error: x',
    ],
    [
      'Pylint',
      checkstyle('<error severity="fatal" message="boom" source="F0001"/>'),
      'the linter could not look at src/a.php: boom',
    ],
  ])('is seen: %s', async (_, report, failure) => {
    expect((await read(report)).failure).toBe(failure)
  })

  it.each([
    [
      'ESLint with an error',
      eslint({ errorCount: 1, fatalErrorCount: 0 }, [{ severity: 2, ruleId: 'r', message: 'm' }]),
    ],
    ['Checkstyle with an error', checkstyle('<error severity="error" message="m" source="a.b.Check"/>')],
    ['ESLint without a file', '[]'],
    ['Checkstyle without one', checkstyle('')],
  ])('is not seen where there is none: %s', async (_, report) => {
    expect((await read(report)).failure).toBeUndefined()
  })

  it('does not hide the worst finding behind 10,000 others', async () => {
    const error = (severity: string) => `<error severity="${severity}" message="m" source="s"/>`
    const { findings, notes } = await read(checkstyle(error('info').repeat(10_001) + error('error')))
    expect(findings).toHaveLength(10_000)
    expect(findings[0]?.severity).toBe('high')
    expect(notes).toEqual(['of 10002 findings the worst 10000 are kept'])
  })
})
