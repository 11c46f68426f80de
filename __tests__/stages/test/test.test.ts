import { afterEach, describe, expect, it } from 'vitest'

import type { TestSettings } from '../../../src/config/config.ts'
import { test } from '../../../src/stages/test/test.ts'
import { keptBy, off, statusOf, Workshop } from '../commands/run-stage.ts'

let workshop: Workshop
const passing = "import { test } from 'node:test'\ntest('passes', () => {})\n"
const failing =
  "import { test } from 'node:test'\ntest('fails', () => { throw new Error('the price is wrong') })\n"
const nodeTest = (files: string) =>
  `node --test --test-reporter=junit --test-reporter-destination=report.xml ${files}`

afterEach(async () => {
  await workshop.dispose()
})

/** Runs the stage with one command as its unit tests. */
async function runUnit(
  files: Readonly<Record<string, string>>,
  command: string,
  more: Partial<TestSettings> = { reports: ['report.xml'] },
) {
  workshop = await Workshop.open(files)
  return workshop.run(test, {
    test: { unit: workshop.command(command, more), integration: off('none') },
  })
}

describe('The tests', () => {
  it('pass when the command and its report say so', async () => {
    const run = await runUnit({ 'a.test.mjs': passing }, nodeTest('a.test.mjs'))
    expect(run.error).toBeUndefined()
    expect(run.output).toMatchObject({ tests: { total: 1, passed: 1, failed: 0 } })
    expect(run.steps[0]?.facts).toEqual([{ name: 'tests', value: '1 passed' }])
  })

  it('fail with the names, places and messages of those that failed', async () => {
    const run = await runUnit({ 'a.test.mjs': passing, 'b.test.mjs': failing }, nodeTest('*.test.mjs'))
    expect(run.error).toMatchObject({
      code: 'E_TESTS_FAILED',
      message: '1 of 2 tests failed.',
      evidence: ['fails (b.test.mjs:2)', '  the price is wrong'],
    })
    expect(keptBy(run, 'unit', 'findings')).toMatchObject([{ rule: 'fails', file: 'b.test.mjs', line: 2 }])
    expect(keptBy(run, 'unit', 'tests')).toMatchObject({ total: 2, failed: 1 })
  })

  it('fail when the report shows a failure that the exit code hides', async () => {
    const run = await runUnit({ 'b.test.mjs': failing }, `${nodeTest('b.test.mjs')} || true`)
    expect(run.error).toMatchObject({
      code: 'E_TESTS_FAILED',
      message: '1 of 1 tests failed, though the command ended with exit code 0.',
    })
  })

  it('fail when the exit code shows a failure that the report does not', async () => {
    const run = await runUnit(
      { 'a.test.mjs': passing },
      `${nodeTest('a.test.mjs')}; echo leak detected; exit 9`,
    )
    expect(run.error).toMatchObject({
      code: 'E_COMMAND_FAILED',
      evidence: expect.arrayContaining(['leak detected']) as unknown,
    })
  })

  it('fail when there is no test in the report', async () => {
    const empty = 'echo "<testsuites></testsuites>" > report.xml'
    expect((await runUnit({}, empty)).error).toMatchObject({
      code: 'E_TESTS_NONE',
      message: 'There is no test in report.xml.',
    })
    await workshop.dispose()
    const allowed = await runUnit({}, empty, { reports: ['report.xml'], allowNoTests: true })
    expect(allowed.error).toBeUndefined()
  })

  it('fail when there is no report', async () => {
    expect((await runUnit({}, 'true')).error).toMatchObject({ code: 'E_REPORT_MISSING' })
  })

  it('fail when the report is one that an earlier run has left', async () => {
    const old = '<testsuites><testcase name="passed yesterday"/></testsuites>'
    expect((await runUnit({ 'report.xml': old }, 'true')).error).toMatchObject({
      code: 'E_REPORT_MISSING',
      evidence: ['report.xml'],
    })
  })

  it.each([
    ['whose rights alone changed', 'chmod 600 report.xml', 'E_REPORT_MISSING'],
    ['that got another name as well', 'ln report.xml copy.xml', 'E_REPORT_MISSING'],
    ['that was written again with the same bytes', 'cat report.xml > new && cat new > report.xml', undefined],
    ['that was replaced by a file with the same bytes', 'cp report.xml new && mv new report.xml', undefined],
    [
      'that was written in place with its time set back',
      'touch -r report.xml time && sed s/one/two/ report.xml > new && cat new > report.xml && touch -r time report.xml',
      undefined,
    ],
  ])('with a report %s: `%s` ends with %s', async (_, command, code) => {
    const report = "<testsuites><testcase name='one'/></testsuites>"
    const run = await runUnit({ 'report.xml': report }, command)
    expect(run.error?.code).toBe(code)
  })

  it('do not count an old report beside a new one, and say so', async () => {
    const old = '<testsuites><testcase name="old"><failure/></testcase></testsuites>'
    const run = await runUnit(
      { 'old.xml': old, 'broken.xml': '<html/>', 'a.test.mjs': passing },
      nodeTest('a.test.mjs'),
      { reports: ['*.xml'] },
    )
    expect(run.error).toBeUndefined()
    expect(run.output).toMatchObject({ tests: { total: 1, passed: 1 } })
    expect(run.log.get('unit')).toContain('Left out, for the command did not write them: broken.xml, old.xml')
  })

  it('count a report that was written anew over an old one', async () => {
    const run = await runUnit(
      {
        'a.test.mjs': passing,
        'report.xml': '<testsuites><testcase name="old"><failure/></testcase></testsuites>',
      },
      nodeTest('a.test.mjs'),
    )
    expect(run.output).toMatchObject({ tests: { total: 1, passed: 1 } })
  })

  it('fail when all tests in the report were skipped', async () => {
    const skipped =
      "echo \"<testsuite><testcase name='a'><skipped/></testcase><testcase name='b'><skipped/></testcase></testsuite>\" > report.xml"
    const run = await runUnit({}, skipped)
    expect(run.error).toMatchObject({
      code: 'E_TESTS_NONE',
      message: 'In report.xml, all 2 tests were skipped.',
    })
    expect(keptBy(run, 'unit', 'testsRan')).toBe(0)
    await workshop.dispose()
    const allowed = await runUnit({}, skipped, { reports: ['report.xml'], allowNoTests: true })
    expect(allowed.error).toBeUndefined()
    expect(allowed.output).toMatchObject({ testsRan: 0 })
  })

  it('say so when nothing tells how many ran', async () => {
    const run = await runUnit({}, 'true', { reports: [] })
    expect(run.error).toBeUndefined()
    expect(run.log.get('unit')).toContain(
      'warning: The command ended with 0; how many tests ran is not known',
    )
    expect(run.steps[0]?.facts).toEqual([
      { name: 'tests', value: 'the command ended with 0; how many tests ran is not known' },
    ])
    expect(keptBy(run, 'unit', 'testsRan')).toBe('unknown')
    expect(run.output).toMatchObject({ testsRan: 'unknown' })
  })

  it('are counted by what the real runner prints where no report is configured', async () => {
    const run = await runUnit({ 'a.test.mjs': passing }, 'node --test a.test.mjs', { reports: [] })
    expect(run.error).toBeUndefined()
    expect(run.output).toMatchObject({ testsRan: 1 })
    expect(run.steps[0]?.facts).toEqual([{ name: 'tests', value: '1 passed, as node --test printed' }])
  })

  it('fail where the real runner says, without a report, that all were skipped or that there is none', async () => {
    const skipping = "import { test } from 'node:test'\ntest('later', { skip: true }, () => {})\n"
    const skipped = await runUnit({ 'a.test.mjs': skipping }, 'node --test a.test.mjs', { reports: [] })
    expect(skipped.error).toMatchObject({
      code: 'E_TESTS_NONE',
      message: 'By what node --test printed, the only test was skipped.',
    })
    await workshop.dispose()
    const empty = await runUnit({}, 'vitest run --passWithNoTests', { reports: [] })
    expect(empty.error).toMatchObject({
      code: 'E_TESTS_NONE',
      message: 'By what vitest printed, no test ran.',
      evidence: ['No test files found, exiting with code 0'],
    })
    expect(empty.output).toBeUndefined()
    await workshop.dispose()
    const allowed = await runUnit({}, 'vitest run --passWithNoTests', { reports: [], allowNoTests: true })
    expect(allowed.error).toBeUndefined()
    expect(allowed.output).toMatchObject({ testsRan: 0 })
  })

  it('say that there is no test where a runner failed for that reason', async () => {
    const run = await runUnit({}, 'vitest run', { reports: [] })
    expect(run.error).toMatchObject({
      code: 'E_TESTS_NONE',
      message: 'By what vitest printed, no test ran. `vitest run` ended with exit code 1.',
    })
  })

  it('fail when the runner prints a failure that the exit code hides', async () => {
    const run = await runUnit({ 'b.test.mjs': failing }, 'node --test b.test.mjs || true', { reports: [] })
    expect(run.error).toMatchObject({
      code: 'E_TESTS_FAILED',
      message: 'node --test printed that tests failed, though the command ended with exit code 0.',
    })
  })

  it('pass where some packages have none, and others have', async () => {
    const run = await runUnit({}, "printf '?   \\tx/a\\t[no test files]\\nok  \\tx/b\\t0.006s\\n'", {
      reports: [],
    })
    expect(run.error).toBeUndefined()
    expect(run.steps[0]?.facts).toEqual([{ name: 'tests', value: 'at least 1 passed, as go test printed' }])
  })

  it('of integration run after the unit tests, and not at all when those failed', async () => {
    workshop = await Workshop.open({})
    const integration = workshop.command('test -f unit-ran && touch integration-ran')
    const passed = await workshop.run(test, {
      test: { unit: workshop.command('touch unit-ran'), integration },
    })
    expect(passed.error).toBeUndefined()
    const failed = await workshop.run(test, { test: { unit: workshop.command('exit 1'), integration } })
    expect(failed.error).toMatchObject({ code: 'E_COMMAND_FAILED' })
    expect(statusOf(failed, 'integration')).toBe('skipped')
  })
})
