import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_DOCUMENT_BYTES } from '../../src/handover/document.ts'
import { parseDocument } from '../../src/handover/parse-document.ts'
import { renderDocument } from '../../src/handover/render-document.ts'
import { StagegateError } from '../../src/errors/index.ts'
import { createFinding, type Finding, type TestSummary } from '../../src/findings/index.ts'
import type { StageResult, StepResult } from '../../src/pipeline/index.ts'
import { configOf } from '../main/config-of.ts'

const config = configOf()
const job = { id: 'test', part: '1/1', trusted: false, stages: ['test'], steps: new Map() } as const

function passOn(steps: readonly StepResult[], warnings: readonly string[] = [], result = success) {
  const stages: readonly StageResult[] = [{ id: 'test', result, steps }]
  const redact = (text: string): string => text
  const text = renderDocument({ job, config, stages, startedAt: 1, warnings, image: undefined, redact })
  const { service, trigger, digest } = config
  const bytes = Buffer.from(text)
  const expected = { job, service, commit: trigger.commit, config: digest }
  return { bytes, ...parseDocument(bytes, expected) }
}

const success: StageResult['result'] = { status: 'success', output: {} }
const stepOf = (more: Partial<StepResult>): StepResult => ({
  ...{ id: 'unit', critical: true, result: success, facts: [], kept: {} },
  ...more,
})
const long = (unit: string) => fc.integer({ min: 0, max: 70_000 }).map((length) => unit.repeat(length))
const anyText = fc.oneof(fc.string({ unit: 'binary' }), long('a'), long('\u{1f600}'), long('\ud800'))
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constant(2 ** 31 - 1))

const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    ...{ tool: anyText, rule: anyText, message: anyText, file: fc.option(anyText, { nil: undefined }) },
    severity: fc.constantFrom('critical', 'high', 'medium', 'low', 'info'),
    ...{ line: anyNumber, column: anyNumber, endLine: anyNumber },
    url: anyText.map((text) => `https://example.com/${text}`),
    aliases: fc.array(anyText, { maxLength: 80 }),
  })
  .map(createFinding)
const anyCase = fc.record({
  name: anyText.map((text) => text.slice(0, 65_536)),
  outcome: fc.constantFrom('passed', 'failed', 'skipped'),
  ...{ durationMs: anyNumber, file: anyText, line: anyNumber },
})
const anyTests: fc.Arbitrary<TestSummary> = fc.record({
  ...{ total: fc.nat(), passed: fc.nat(), failed: fc.nat(), skipped: fc.nat(), flaky: fc.nat() },
  durationMs: anyNumber,
  failures: fc.array(anyCase, { maxLength: 3 }),
  slowest: fc.array(anyCase, { maxLength: 12 }),
})

describe('what a job hands over', () => {
  it('is always taken, whatever its tools have said', () => {
    fc.assert(
      fc.property(
        fc.array(anyFinding, { maxLength: 3 }),
        anyTests,
        fc.array(fc.record({ name: anyText, value: anyText }), { maxLength: 120 }),
        fc.array(anyText, { maxLength: 4 }),
        (findings, tests, facts, warnings) => {
          const { document, stages } = passOn([stepOf({ kept: { findings, tests }, facts })], warnings)
          expect(document.warnings).toHaveLength(warnings.length)
          const [step] = stages[0]!.steps
          expect(step?.kept.findings).toHaveLength(findings.length)
          expect(step?.kept.tests).toMatchObject({ total: tests.total, failed: tests.failed })
        },
      ),
      { numRuns: 30 },
    )
  })

  it.each([0, 12, 'unknown'])('says how many tests ran: %s', (testsRan) => {
    expect(passOn([stepOf({ kept: { testsRan } })]).stages[0]?.steps[0]?.kept).toEqual({ testsRan })
  })

  it.each([1.5, '12', null])('is refused when it says that %j tests ran', (testsRan) => {
    expect(() => passOn([stepOf({ kept: { testsRan } })])).toThrow(
      expect.objectContaining({ code: 'E_HANDOVER_INVALID' }) as Error,
    )
  })

  it.each<readonly [string, Partial<StepResult>]>([
    ['a rule of 2,000 characters', { kept: { findings: [findingOf({ rule: 'r'.repeat(2000) })] } }],
    ['51 other names', { kept: { findings: [findingOf({ aliases: Array<string>(51).fill('CVE-1') })] } }],
    ['101 facts', { facts: Array(101).fill({ name: 'a', value: 'b' }) as StepResult['facts'] }],
  ])('is taken with %s', (_, step) => {
    expect(passOn([stepOf(step)]).stages[0]?.result.status).toBe('success')
  })

  it('is taken with 1,001 warnings', () => {
    expect(passOn([], Array<string>(1001).fill('careful')).document.warnings).toHaveLength(1000)
  })

  it('leaves an address out that is too long, and never cuts one', () => {
    const url = `https://example.com/${'x'.repeat(5000)}`
    const [step] = passOn([stepOf({ kept: { findings: [findingOf({ url })] } })]).stages[0]!.steps
    expect((step?.kept.findings as readonly Finding[])[0]).not.toHaveProperty('url')
  })

  it('tells the first findings where all of them are too large together', () => {
    const large = Array.from({ length: 1100 }, (_, index) =>
      findingOf({ rule: `rule-${index}`, message: 'm'.repeat(65_000) }),
    )
    const { bytes, stages } = passOn([stepOf({ kept: { findings: large } })])
    expect(bytes.length).toBeLessThanOrEqual(MAX_DOCUMENT_BYTES)
    const told = stages[0]!.steps[0]!.kept.findings as readonly Finding[]
    expect(told.length).toBeGreaterThan(300)
    expect(told[0]).toMatchObject({ rule: 'rule-0' })
  })

  it('keeps why a stage failed, however much there is to say', () => {
    const error = new StagegateError('E_TESTS_FAILED', {
      message: 'm'.repeat(100_000),
      evidence: Array<string>(1200).fill('e'.repeat(65_000)),
    })
    const { stages } = passOn([], [], { status: 'failure', error })
    expect(stages[0]?.result).toMatchObject({ status: 'failure', error: { code: 'E_TESTS_FAILED' } })
  })
})

function findingOf(more: Partial<Finding>): Finding {
  return { tool: 't', rule: 'r', severity: 'high', message: 'm', fingerprint: 'f', ...more }
}
