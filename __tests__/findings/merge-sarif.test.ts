import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createFinding, mergeSarif, readReport, severities } from '../../src/findings/index.ts'
import { inPieces, WORKSPACE } from './fixtures.ts'

interface Log {
  readonly version: string
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string } }
    readonly results: readonly unknown[]
  }[]
}

const anyFinding = fc
  .record({
    tool: fc.constantFrom('semgrep', 'osv-scanner', 'schemathesis'),
    rule: fc.constantFrom('one', 'two', '__proto__'),
    severity: fc.constantFrom(...severities),
    message: fc.constantFrom('eval runs text', 'größer & <b>', '`x` | y'),
    file: fc.constantFrom('src/a.ts', 'a b/%20#?.ts', undefined),
    line: fc.constantFrom(1, 7, undefined),
  })
  .map(createFinding)

describe('the merged SARIF', () => {
  it('has one run for each tool, also for one that found nothing', () => {
    const finding = createFinding({
      tool: 'semgrep',
      rule: 'r',
      severity: 'high',
      message: 'm',
      file: 'a.ts',
      line: 3,
    })
    const log = JSON.parse(mergeSarif([finding], ['semgrep', 'osv-scanner'])) as Log
    expect(log.version).toBe('2.1.0')
    expect(log.runs.map((run) => [run.tool.driver.name, run.results.length])).toEqual([
      ['osv-scanner', 0],
      ['semgrep', 1],
    ])
    expect(log.runs[1]?.results[0]).toMatchObject({
      ruleId: 'r',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'a.ts' }, region: { startLine: 3 } } }],
      partialFingerprints: { 'stagegate/v1': finding.fingerprint },
    })
  })

  it('is the same bytes for the same findings in another order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyFinding, { selector: ({ fingerprint }) => fingerprint }), (findings) => {
        expect(mergeSarif(findings.toReversed())).toBe(mergeSarif(findings))
      }),
    )
  })

  it('read back says what was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFinding, { minLength: 1, maxLength: 8 }), async (findings) => {
        const { findings: back } = await readReport(inPieces(mergeSarif(findings)), 'merged', WORKSPACE)
        const texts = (all: typeof back) =>
          all
            .map(({ tool, rule, message, file, line }) => JSON.stringify([tool, rule, message, file, line]))
            .sort()
        expect(texts(back)).toEqual(texts(findings.map((each) => ({ file: 'no-file', ...each }))))
      }),
    )
  })

  it('has a location, a rule and a text for each result, without which GitHub refuses the whole file', () => {
    const bare = createFinding({ tool: 't', rule: '', severity: 'low', message: '' })
    const log = JSON.parse(mergeSarif([bare])) as Log
    expect(log.runs[0]?.results).toEqual([
      {
        ruleId: 'unknown',
        level: 'note',
        message: { text: 'unknown' },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'no-file', uriBaseId: '%SRCROOT%' } } }],
        partialFingerprints: { 'stagegate/v1': bare.fingerprint },
      },
    ])
  })

  it('tells two places of the same text in one file apart', () => {
    const at = (line: number) =>
      createFinding({ tool: 't', rule: 'r', severity: 'low', message: 'm', file: 'a.ts', line })
    const results = (JSON.parse(mergeSarif([at(9), at(3)])) as Log).runs[0]?.results
    const { fingerprint } = at(3)
    expect(results).toMatchObject([
      { partialFingerprints: { 'stagegate/v1': fingerprint } },
      { partialFingerprints: { 'stagegate/v1': `${fingerprint}:2` } },
    ])
  })
})
