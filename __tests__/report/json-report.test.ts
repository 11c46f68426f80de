import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderJsonReport } from '../../src/report/json-report.ts'
import { redactResults } from '../../src/report/redact-results.ts'
import type { RunReport } from '../../src/report/run-report.ts'
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

const schema = JSON.parse(
  await readFile(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'),
) as object
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)

function parse(report: RunReport): Record<string, unknown> {
  const document = JSON.parse(renderJsonReport(report)) as Record<string, unknown>
  validate(document)
  expect(validate.errors ?? []).toEqual([])
  return document
}

const findings = [
  finding({ severity: 'low', column: 3, endLine: 14, url: 'https://eslint.org/', aliases: ['CVE-2026-1'] }),
  finding({ severity: 'critical' }),
]
const container = { name: 'api', init: false, state: 'running', probes: ['p'], log: ['a'], previousLog: [] }
const evidence = {
  object: 'Deployment staging/api',
  headline: 'not part of the report',
  cause: 'pod api-1: no',
  next: 'Read it.',
  status: '0 available',
  conditions: ['Available False'],
  pods: [{ name: 'api-1', node: 'n', phase: 'Running', conditions: [], containers: [container] }],
  events: ['FailedMount: no'],
  diff: ['~ spec.replicas: 2 → 1'],
}
const tested = stage('test', failed({ message: 'Tests failed.' }), {
  steps: [
    step('unit', failed({ message: '2 tests failed.', evidence: ['a', 'b'], state: 'Nothing was pushed.' }), {
      facts: [{ name: 'tests', value: '148 passed, 2 failed' }],
      kept: { tests: testSummary, findings },
    }),
    step('integration', blocked),
  ],
})

describe('the JSON report', () => {
  test.each<[string, RunReport]>([
    ['deployed', reportOf([stage('checkout', done), stage('image', pushed), stage('deploy', deployed)])],
    [
      'failed',
      reportOf([stage('checkout', done), tested, stage('scan', blocked)], { warnings: ['careful'] }),
    ],
    [
      'failed in its rollout',
      reportOf([
        stage('deploy', failed({ message: 'no' }), {
          steps: [step('rollout', failed({ message: 'no' }), { kept: { rollout: [evidence] } })],
        }),
      ]),
    ],
    ['was cancelled', reportOf([stage('build', cancelled), stage('test', blocked)])],
    ['had nothing to deploy', reportOf([stage('image', notApplicable), stage('deploy', notApplicable)])],
    [
      'was one of several calls',
      reportOf([stage('build', done, { resumedFrom: 'run 76', steps: [] }), stage('test', notAsked)], {
        facts: { stages: ['test'] },
      }),
    ],
    ['knows nothing of its own time', { ...reportOf([stage('build', done)]), overhead: undefined }],
  ])('of a run that %s has the published shape', (_, report) => {
    expect(parse(report)).toMatchObject({ version: 1, result: report.conclusion.result })
  })

  test('has the cause, and every finding and test', () => {
    expect(parse(reportOf([tested]))).toMatchObject({
      failure: {
        stage: 'test',
        step: 'unit',
        code: 'E_COMMAND_FAILED',
        blame: 'workload',
        message: 'Tests failed.',
      },
      findings: [{ severity: 'critical' }, { severity: 'low', aliases: ['CVE-2026-1'] }],
      tests: [
        {
          stage: 'test',
          step: 'unit',
          passed: 148,
          failures: [{ name: 'api > refuses an empty prompt' }, {}],
        },
      ],
    })
  })

  test('has the image and what changed in the cluster', () => {
    expect(parse(reportOf([stage('image', pushed), stage('deploy', deployed)]))).toMatchObject({
      image: { tags: ['v1.1.0-staging'] },
      deployment: { namespace: 'staging', schemaVersion: '2', objects: { length: 3 } },
    })
  })

  test('is the same bytes for the same results', () => {
    const render = (): string => renderJsonReport(reportOf([stage('checkout', done), tested]))
    expect(render()).toBe(render())
  })

  test('keeps its shape and its numbers, whatever is a secret', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom('0', '1000', '3500', 'success', 'failure', 'critical', '"', '": "', 'null'),
          fc.string({ minLength: 1 }),
        ),
        (secret) => {
          const redact = (text: string): string => text.replaceAll(secret, '***')
          const results = redactResults([stage('checkout', done), tested], redact)
          const document = parse(reportOf(results))
          expect(document).toMatchObject({ result: 'failure', durationMs: 185_000 })
        },
      ),
    )
  })
})
