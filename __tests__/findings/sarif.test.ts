import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { readReport } from '../../src/findings/index.ts'
import { inPieces, WORKSPACE } from './fixtures.ts'

const tool = { driver: { name: 'scanner', rules: [{ id: 'a', properties: { 'security-severity': '9.8' } }] } }
const result = { ruleId: 'a', message: { text: 'm' } }
const log = (run: unknown, more: object = {}) => ({ version: '2.1.0', runs: [run], ...more })
const read = (content: unknown) => readReport(inPieces(JSON.stringify(content)), 'reports/a.sarif', WORKSPACE)
const only = async (run: object) => (await read(log({ tool, ...run }))).findings[0]

describe('SARIF that is no evidence', () => {
  it.each<readonly [string, unknown, string]>([
    ['of version 2.0.0', { version: '2.0.0', runs: [] }, 'its SARIF version must be 2.1.0, and it is 2.0.0'],
    ['of version 1.0.0', { version: '1.0.0', runs: [{ tool, results: [] }] }, 'it is 1.0.0'],
    ['of a beta', { version: '2.1.0-rtm.5', runs: [{ tool, results: [] }] }, 'it is 2.1.0-rtm.5'],
    ['without a version', { runs: [{ id: 1, status: 'done' }] }, 'it names none'],
    ['without a run', { version: '2.1.0', runs: [] }, 'it has no run'],
    ['with a run that is null', log(null), 'runs[0] is no object'],
    ['without results', log({ tool }), 'runs[0].results must be a list, and is absent'],
    ['with results that are null', log({ tool, results: null }), 'and is null'],
    ['with results that are a number', log({ tool, results: 42 }), 'and is number'],
    ['with results that are an object', log({ tool, results: {} }), 'and is object'],
    ['with a result that is null', log({ tool, results: [null] }), 'runs[0].results[0] is no object'],
    ['with a kind that is unknown', log({ tool, results: [{ ...result, kind: 'FAIL' }] }), 'kind is "FAIL"'],
    [
      'with results in another file',
      log({
        tool,
        results: [],
        externalPropertyFileReferences: { results: [{ location: { uri: 'r.json' } }] },
      }),
      'the results of runs[0] are in other files',
    ],
    [
      'with results outside of its runs',
      log({ tool, results: [] }, { inlineExternalProperties: [{ results: [result] }] }),
      'its results are outside of its runs',
    ],
  ])('%s is refused', async (_, content, reason) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'E_REPORT_UNREADABLE',
      message: expect.stringContaining(reason) as string,
    })
  })

  const crash = { level: 'error', message: { text: 'rules could not be loaded' } }

  it.each<readonly [string, object, string | undefined]>([
    ['did not succeed', { executionSuccessful: false }, 'scanner says that it failed'],
    [
      'failed with words',
      { executionSuccessful: false, exitCode: 2, toolExecutionNotifications: [crash] },
      'scanner says that it failed with exit code 2: rules could not be loaded',
    ],
    [
      'failed in its configuration',
      { executionSuccessful: false, toolConfigurationNotifications: [crash] },
      'scanner says that it failed: rules could not be loaded',
    ],
    [
      'has an exit code and an error',
      { executionSuccessful: true, exitCode: 2, toolExecutionNotifications: [crash] },
      'scanner says that it failed with exit code 2: rules could not be loaded',
    ],
    [
      'has an error and does not say that it succeeded',
      { toolExecutionNotifications: [crash] },
      'scanner says that it failed: rules could not be loaded',
    ],
    [
      'failed because it found something, as SpotBugs before 4.8.3 says',
      { executionSuccessful: false, exitCode: 1, exitSignalName: 'BUGS FOUND' },
      undefined,
    ],
    [
      'failed in another way as well',
      { executionSuccessful: false, exitCode: 3, exitSignalName: 'MISSING CLASS,BUGS FOUND' },
      'scanner says that it failed with exit code 3: MISSING CLASS,BUGS FOUND',
    ],
    ['succeeded', { executionSuccessful: true }, undefined],
    ['has findings, so that its exit code is 1', { executionSuccessful: true, exitCode: 1 }, undefined],
    [
      'succeeded though one file did not parse',
      { executionSuccessful: true, toolExecutionNotifications: [crash] },
      undefined,
    ],
  ])('of an invocation that %s is told so', async (_, invocation, failure) => {
    const report = await read(log({ tool, results: [result], invocations: [invocation] }))
    expect(report.failure).toBe(failure)
    expect(report.findings).toHaveLength(1)
  })
})

describe('a result in SARIF', () => {
  it.each([
    ['fail', 'critical'],
    [undefined, 'critical'],
    ['open', 'info'],
    ['review', 'info'],
    ['pass', undefined],
    ['informational', undefined],
    ['notApplicable', undefined],
  ])('of kind %s is a finding of severity %s', async (kind, severity) => {
    expect((await only({ results: [{ ...result, kind }] }))?.severity).toBe(severity)
  })

  it('that the tool suppressed is counted', async () => {
    const report = await read(
      log({ tool, results: [{ ...result, suppressions: [{ kind: 'inSource' }] }, result] }),
    )
    expect(report.findings).toHaveLength(1)
    expect(report.notes).toEqual(['1 results are left out, which the tool itself suppressed'])
  })

  it('is kept before one that is less bad, when there are too many', async () => {
    const notes = Array.from({ length: 25_000 }, () => ({
      ruleId: 'n',
      level: 'note',
      message: { text: 'm' },
    }))
    const report = await read(log({ tool, results: [...notes, result] }))
    expect(report.findings).toHaveLength(10_000)
    expect(report.findings[0]?.severity).toBe('critical')
    expect(report.notes).toEqual(['of 25001 findings the worst 10000 are kept'])
  })

  const extension = {
    name: 'more',
    rules: [{ id: 'x' }, { id: 'e', properties: { 'security-severity': '7.5' } }],
  }

  it.each<readonly [string, object, object]>([
    [
      'by a part of its id',
      { ruleId: 'a/sub/part' },
      { rule: 'a/sub/part', severity: 'critical', aliases: ['a'] },
    ],
    ['by its index', { ruleIndex: 0 }, { rule: 'a', severity: 'critical' }],
    ['by an index in the driver', { rule: { index: 0 } }, { rule: 'a', severity: 'critical' }],
    [
      'by an index in an extension',
      { rule: { index: 1, toolComponent: { index: 0 } } },
      { rule: 'e', severity: 'high' },
    ],
    [
      'by an index in an extension that is named',
      { rule: { index: 1, toolComponent: { name: 'more' } } },
      { rule: 'e', severity: 'high' },
    ],
    [
      'by its id where the index is of another',
      { ruleId: 'e', ruleIndex: 0 },
      { rule: 'e', severity: 'high' },
    ],
    ['nowhere', { ruleId: 'unknown' }, { rule: 'unknown', severity: 'medium' }],
    ['nowhere, by an index that is out of range', { ruleIndex: 9 }, { rule: '', severity: 'medium' }],
  ])('finds its rule %s', async (_, named, expected) => {
    const found = await only({
      tool: { ...tool, extensions: [extension] },
      results: [{ message: { text: 'm' }, ...named }],
    })
    expect(found).toMatchObject(expected)
  })

  it.each([
    [{ properties: { 'security-severity': '9.1' } }, 'critical'],
    [{ properties: { 'security-severity': 4.5 } }, 'medium'],
    [{ properties: { 'security-severity': 'HIGH' } }, 'high'],
    [{ properties: { 'security-severity': 'whatever' }, level: 'note' }, 'low'],
    [{ properties: { 'security-severity': 0 } }, 'medium'],
    [{ level: 'none' }, 'info'],
    [{ level: 'nonsense' }, 'high'],
  ])('%j has the severity %s', async (more, severity) => {
    expect((await only({ results: [{ ...result, ruleId: 'other', ...more }] }))?.severity).toBe(severity)
  })

  const bases = {
    ROOT: { uri: `file://${WORKSPACE}` },
    SRC: { uri: 'src', uriBaseId: 'ROOT' },
    LIB: { uri: 'lib%20x/', uriBaseId: 'SRC' },
    LOOSE: { uri: 'pkg/' },
    LOOP: { uri: 'loop/', uriBaseId: 'LOOP' },
    WEB: { uri: 'https://example.com/' },
  }

  it.each<readonly [string, object, string | undefined]>([
    ['a relative URI', { uri: 'src/a%20b.c' }, 'src/a b.c'],
    ['a raw %', { uri: 'src/100%.c' }, 'src/100%.c'],
    ['a base without a final /', { uri: 'a.c', uriBaseId: 'ROOT' }, 'a.c'],
    ['a raw % in a base', { uri: '100%.c', uriBaseId: 'ROOT' }, '100%.c'],
    ['a base of a base', { uri: 'a.c', uriBaseId: 'LIB' }, 'src/lib x/a.c'],
    ['a base of the checkout', { uri: 'a.c', uriBaseId: 'LOOSE' }, 'pkg/a.c'],
    ['a base that is not described', { uri: 'a.c', uriBaseId: '%SRCROOT%' }, 'a.c'],
    ['an absolute URI beside a base', { uri: `file://${WORKSPACE}/b.c`, uriBaseId: 'LOOSE' }, 'b.c'],
    ['an artifact by its index', { index: 0 }, 'src/known.c'],
    ['an artifact out of range', { index: 7 }, undefined],
    ['a way out of the workspace', { uri: '../../etc/passwd', uriBaseId: 'SRC' }, undefined],
    ['a page', { uri: 'a.c', uriBaseId: 'WEB' }, undefined],
  ])('is found by %s', async (_, artifactLocation, file) => {
    const found = await only({
      originalUriBaseIds: bases,
      artifacts: [{ location: { uri: 'known.c', uriBaseId: 'SRC' } }],
      results: [
        { ...result, locations: [{ physicalLocation: { artifactLocation, region: { startLine: 7 } } }] },
      ],
    })
    expect(found?.file).toBe(file)
    expect(found?.line).toBe(file === undefined ? undefined : 7)
  })

  it('with bases that go round in a circle is read', async () => {
    const locations = [{ physicalLocation: { artifactLocation: { uri: 'a.c', uriBaseId: 'LOOP' } } }]
    expect(await only({ originalUriBaseIds: bases, results: [{ ...result, locations }] })).toMatchObject({
      message: 'm',
    })
  })

  it('has the first place that is in the workspace', async () => {
    const at = (uri: string) => ({ physicalLocation: { artifactLocation: { uri } } })
    const locations = [{ logicalLocations: [{ name: 'f' }] }, at('/etc/passwd'), at('Dockerfile')]
    expect(await only({ results: [{ ...result, locations }] })).toMatchObject({ file: 'Dockerfile' })
  })

  it('has the text that its id names, with its arguments', async () => {
    const rules = [{ id: 'b', messageStrings: { bad: { text: "'{0}' lacks {1}. Use '{{safe}}' for {9}." } } }]
    const message = { id: 'bad', arguments: ['app.exe', '/guard'] }
    const found = await only({ tool: { driver: { name: 't', rules } }, results: [{ ruleId: 'b', message }] })
    expect(found?.message).toBe("'app.exe' lacks /guard. Use '{safe}' for {9}.")
  })

  it('of any shape is read, or refused with a reason', async () => {
    const any = fc.jsonValue()
    const shape = fc.record(
      {
        ruleId: any,
        ruleIndex: any,
        rule: any,
        kind: fc.constantFrom('fail', 'pass', 7),
        message: any,
        locations: fc.array(
          fc.record({ physicalLocation: fc.record({ artifactLocation: any, region: any }) }),
        ),
        suppressions: any,
        properties: any,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(shape, { maxLength: 5 }), any, async (results, invocations) => {
        const known = results.every(({ kind }) => kind !== 7)
        const reading = read(log({ tool, results, invocations }))
        await (known
          ? expect(reading).resolves.toMatchObject({ tests: undefined })
          : expect(reading).rejects.toMatchObject({ code: 'E_REPORT_UNREADABLE' }))
      }),
      { numRuns: 200 },
    )
  })
})
