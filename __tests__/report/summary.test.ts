import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderCheck } from '../../src/report/check-text.ts'
import { renderStatusDescription } from '../../src/report/status-description.ts'
import { renderSummary } from '../../src/report/summary.ts'
import type { RunReport } from '../../src/report/run-report.ts'
import { hostileText, hostileTexts } from './hostile-texts.ts'
import { skeletonOf } from './markdown-oracle.ts'
import {
  blocked,
  cancelled,
  deployed,
  done,
  failed,
  finding,
  notApplicable,
  notAsked,
  pushed,
  reportOf,
  stage,
  step,
  testSummary,
} from './report-of.ts'

const success = reportOf([
  stage('checkout', done),
  stage('test', done, { steps: [step('unit', done, { kept: { testsRan: 150 } })] }),
  stage('scan', notApplicable),
  stage('image', pushed),
  stage('deploy', deployed, {
    steps: [
      step('rollout', done, {
        facts: [{ name: 'revision', value: '42' }],
        kept: { running: { containers: 2, unknown: [] } },
      }),
      step('smoke', done),
    ],
  }),
])
const failure = reportOf([
  stage('checkout', done),
  stage('test', failed({ message: '2 tests failed.' }), {
    steps: [
      step('unit', failed({ message: '2 tests failed.', evidence: ['api > says its version'] }), {
        kept: {
          tests: testSummary,
          findings: [finding({ severity: 'low' }), finding({ rule: 'worst', severity: 'critical' })],
        },
      }),
      step('integration', blocked),
    ],
  }),
  stage('deploy', blocked),
])

describe('the job summary', () => {
  test('of a good deployment says what runs where, and what changed', () => {
    const text = renderSummary(success)
    expect(text).toContain('## ✅ ai-gen-service v1.1.0 is deployed to staging and verified')
    expect(text).toContain(
      'Commit `cccccccccccc` of `refs/heads/main`, by octocat (push), attempt 2, 3 m 05 s.',
    )
    expect(text).toContain(`Image \`ghcr.io/acme/ai-gen-service@sha256:${'d'.repeat(64)}\`.`)
    expect(text).toContain('| ➖ | **scan** |  | no Dockerfile |')
    expect(text).toContain('| ✅ | &nbsp;&nbsp;rollout | 2.5 s | revision `42` |')
    expect(text).toContain('3 objects: 1 created, 1 changed, 1 unchanged.')
    expect(text).toContain('| Deployment | `api` | changed |')
    expect(text).toContain('It answers at <https://staging.example.com/>.')
    expect(text).not.toContain('Next:')
  })

  test('of a deployment that found everything as it should be says so', () => {
    const output = { ...(deployed as { output: object }).output, objects: [] }
    const report = reportOf([stage('deploy', { status: 'success', output })])
    expect(renderSummary(report)).toContain('Nothing: all 0 objects were as they should be.')
  })

  test('of a failure has the cause, the evidence, the next step, findings worst first, and tests', () => {
    const text = renderSummary(failure)
    expect(text).toContain('## ❌ ai-gen-service v1.1.0: test.unit failed')
    expect(text).toContain('test.unit: 2 tests failed.')
    expect(text).toContain('Next: Read the output of the command above.')
    expect(text).toContain('- test.unit: 148 passed, 2 failed, 1 skipped')
    expect(text).toContain(
      '| api &gt; refuses an empty prompt | `test/api.test.ts:40` | expected 400, got 200 |',
    )
    expect(text.indexOf('| critical | eslint `worst` |')).toBeGreaterThan(0)
    expect(text.indexOf('| critical |')).toBeLessThan(text.indexOf('| low |'))
    expect(text).toContain('| ➖ | &nbsp;&nbsp;integration |  | test failed |')
  })

  test('shows 20 findings, and says how many more there are', () => {
    const findings = Array.from({ length: 33 }, (_, line) => finding({ line: line + 1 }))
    const text = renderSummary(
      reportOf([stage('build', done, { steps: [step('lint', done, { kept: { findings } })] })]),
    )
    expect(text).toContain('### Findings: 33')
    expect(text.match(/\| high \|/g)).toHaveLength(20)
    expect(text).toContain('13 more are in the JSON report.')
  })

  test('shows 80 lines of evidence, and says how many more there are', () => {
    const evidence = [Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n')]
    const text = renderSummary(reportOf([stage('build', failed({ message: 'Failed.', evidence }))]))
    expect(text).toContain('  line 79\n  … 20 lines more are in the JSON report\nNext:')
  })

  test('of a cancelled run says where, and what a rerun does', () => {
    const text = renderSummary(reportOf([stage('build', cancelled), stage('test', blocked)]))
    expect(text).toContain('## ⏹️ ai-gen-service v1.1.0: cancelled in build')
    expect(text).toContain('Next: rerun the job.')
  })

  test('shows an advisory failure as a warning', () => {
    const advisory = step('lint', failed({ message: 'Three rules are broken.' }), { critical: false })
    const text = renderSummary(reportOf([stage('build', done, { steps: [advisory] })]))
    expect(text).toContain('| ⚠️ | &nbsp;&nbsp;lint | 2.5 s | advisory: Three rules are broken. |')
    expect(text).toContain('## ✅')
  })

  test('of one call of several says what came from an earlier one, and which comes next', () => {
    const text = renderSummary(
      reportOf(
        [
          stage('build', done, { resumedFrom: 'run 76, attempt 1', steps: [] }),
          stage('test', done),
          stage('scan', notAsked),
        ],
        { facts: { stages: ['test'] } },
      ),
    )
    expect(text).toContain('## ✅ ai-gen-service v1.1.0: every stage of this call passed')
    expect(text).toContain('This call was asked for: test.')
    expect(text).toContain('passed in run 76, attempt 1')
    expect(text).toContain('Next: a call with `stages: scan`.')
  })

  test('is the same bytes for the same results', () => {
    expect([success, failure].map(renderSummary)).toEqual([success, failure].map(renderSummary))
  })

  test('shows the timeline as a diagram', () => {
    expect(renderSummary(success)).toContain(
      '```mermaid\ngantt\n    dateFormat x\n    axisFormat %M:%S\n    section checkout\n    run :done, 1000, 3500\n',
    )
  })

  test('keeps its shape, whatever text comes from outside', () => {
    const skeleton = skeletonOf(renderSummary(reportWith('x')))
    const check = (text: string): void => {
      expect(skeletonOf(renderSummary(reportWith(text)))).toBe(skeleton)
    }
    for (const text of hostileTexts.filter((each) => !each.includes('cell |'))) check(text)
    fc.assert(fc.property(hostileText, check), { numRuns: 100 })
  })
})

describe('the description of the commit status', () => {
  test('says the cause, a cancel, or what runs now', () => {
    expect(renderStatusDescription(success)).toBe(
      'ai-gen-service v1.1.0 is deployed to staging and verified (3 m 05 s).',
    )
    expect(renderStatusDescription(failure)).toBe('test.unit: 2 tests failed.')
    expect(renderStatusDescription(reportOf([stage('scan', cancelled)]))).toBe('Cancelled in scan.')
  })

  test('has at most 140 characters on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (message) => {
        const text = renderStatusDescription(reportOf([stage('build', failed({ message }))]))
        expect(text.length).toBeLessThanOrEqual(140)
        expect(text).toMatch(/^build\.run:[^\n]*$/)
      }),
    )
  })
})

describe('the text of a check run', () => {
  test.each([
    [stage('build', done), 'success', 'passed in 2.5 s'],
    [stage('build', failed({ message: 'npm ended with 1.' })), 'failure', 'build.run: npm ended with 1.'],
    [stage('build', cancelled), 'cancelled', 'cancelled after 2.5 s'],
    [stage('build', notApplicable), 'skipped', 'not run: no Dockerfile'],
    [stage('build', done, { resumedFrom: 'run 76' }), 'success', 'passed in run 76'],
  ])('%# has a conclusion and a title', (result, conclusion, title) => {
    expect(renderCheck(result)).toMatchObject({ conclusion, title })
  })

  test('has the error first, then the steps, tests and findings', () => {
    const { summary } = renderCheck(failure.stages[1]!)
    const order = ['```\ntest.unit: 2 tests failed.', '| stage and step |', '### Tests', '### Findings: 2']
    const places = order.map((part) => summary.indexOf(part))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places[0]).toBe(0)
  })
})

/** A report in which one text is everywhere that text from outside can be. */
function reportWith(text: string): RunReport {
  const error = failed({ message: text, evidence: [text, text], state: text, next: text })
  const findings = [finding({ tool: text, rule: text, file: text, message: text })]
  const failures = [{ name: text, outcome: 'failed' as const, durationMs: 1, file: text, message: text }]
  const output = {
    ...{
      environment: text,
      namespace: text,
      environmentUrl: undefined,
      configCommit: text,
      schemaVersion: text,
    },
    objects: [{ kind: text, name: text, change: 'changed' }],
  }
  return reportOf(
    [
      stage('test', done, {
        resumedFrom: text,
        steps: [
          step('unit', done, {
            facts: [{ name: text, value: text }],
            kept: { findings, tests: { ...testSummary, failures } },
          }),
          step('lint', error, { critical: false }),
        ],
      }),
      stage('scan', { status: 'skipped', reason: text, blocked: false }),
      stage('image', { status: 'success', output: { repository: text, digest: text, tags: [text] } }),
      stage('deploy', { status: 'success', output }),
      stage('finish', error),
    ],
    {
      facts: {
        service: text,
        version: text,
        environment: text,
        ref: text,
        actor: text,
        event: text,
        stages: [text],
      },
      warnings: [text, text],
    },
  )
}
