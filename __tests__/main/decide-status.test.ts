import { describe, expect, test } from 'vitest'
import { decideStatus } from '../../src/main/decide-status.ts'
import type { StageResult } from '../../src/pipeline/index.ts'
import {
  blocked,
  cancelled,
  deployed,
  done,
  failed,
  notApplicable,
  notAsked,
  pushed,
  reportOf,
  stage,
} from '../report/report-of.ts'

const resumed = { resumedFrom: 'run 76', steps: [] }
const failure = failed({ message: 'npm test ended with exit code 1.' })
const report = stage('report', done)
const start = [stage('preflight', done), stage('checkout', done)]
const passed = [
  ...start,
  stage('build', done),
  stage('test', done),
  stage('scan', done),
  stage('image', pushed),
]
const inLedger = [
  ...start,
  stage('build', done, resumed),
  stage('test', done, resumed),
  stage('scan', done, resumed),
  stage('image', pushed, resumed),
]

describe('the commit status at the end of a call', () => {
  test.each<{
    call: string
    stages: readonly StageResult[]
    asked?: readonly string[]
    current?: string
    expected: ReturnType<typeof decideStatus>
  }>([
    {
      call: 'of all stages that deployed',
      stages: [...passed, stage('deploy', deployed), report],
      expected: { state: 'success' },
    },
    {
      call: 'of all stages without a deployment in the configuration',
      stages: [...passed, stage('deploy', notApplicable), report],
      expected: { state: 'success', description: 'Every stage passed; nothing was to be deployed.' },
    },
    {
      call: 'with a critical failure',
      stages: [...start, stage('build', done), stage('test', failure), stage('scan', blocked), report],
      expected: { state: 'failure' },
    },
    {
      call: 'with a critical failure of one stage that was asked for',
      stages: [...start, stage('build', failure), stage('test', notAsked), report],
      asked: ['build'],
      expected: { state: 'failure' },
    },
    {
      call: 'that was cancelled',
      stages: [...start, stage('build', cancelled), stage('test', blocked), report],
      expected: { state: 'error' },
    },
    {
      call: 'of build alone',
      stages: [...start, stage('build', done), stage('test', notAsked), stage('deploy', notAsked), report],
      asked: ['build'],
      current: 'pending',
      expected: { state: 'pending', description: 'Waiting for the stage test.' },
    },
    {
      call: 'of build and test where the next stage does not apply',
      stages: [
        ...start,
        stage('build', done),
        stage('test', done),
        stage('scan', notApplicable),
        stage('image', notAsked),
        stage('deploy', notAsked),
        report,
      ],
      asked: ['build', 'test'],
      expected: { state: 'pending', description: 'Waiting for the stage image.' },
    },
    {
      call: 'of image, with the stages before it in the ledger',
      stages: [...inLedger.slice(0, -1), stage('image', pushed), stage('deploy', notAsked), report],
      asked: ['image'],
      expected: { state: 'pending', description: 'Waiting for the stage deploy.' },
    },
    {
      call: 'of deploy alone, with everything else in the ledger',
      stages: [...inLedger, stage('deploy', deployed), report],
      asked: ['deploy'],
      expected: { state: 'success' },
    },
    {
      call: 'of deploy alone where there is nothing to deploy',
      stages: [...inLedger, stage('deploy', notApplicable), report],
      asked: ['deploy'],
      expected: { state: 'success', description: 'Every stage passed; nothing was to be deployed.' },
    },
    {
      call: 'of report alone, after an image that nobody deployed',
      stages: [...inLedger, stage('deploy', notAsked), report],
      asked: ['report'],
      current: 'pending',
      expected: { state: 'error', description: 'Not deployed: the stage deploy has not passed.' },
    },
    {
      call: 'of report alone, when nothing came before it',
      stages: [
        ...start,
        stage('build', notAsked),
        stage('test', notAsked),
        stage('deploy', notAsked),
        report,
      ],
      asked: ['report'],
      expected: { state: 'error', description: 'Not deployed: the stage build has not passed.' },
    },
    {
      call: 'of report alone, where there is nothing to deploy',
      stages: [...inLedger, stage('deploy', notApplicable), report],
      asked: ['report'],
      current: 'pending',
      expected: { state: 'success', description: 'Every stage passed; nothing was to be deployed.' },
    },
    ...['success', 'failure', 'error', 'unknown'].map((current) => ({
      call: `of report alone, when the status is ${current} already`,
      stages: [...inLedger, stage('deploy', notAsked), report],
      asked: ['report'],
      current,
      expected: undefined,
    })),
    {
      call: 'of report alone that itself failed',
      stages: [stage('preflight', failure), stage('deploy', blocked), report],
      asked: ['report'],
      current: 'success',
      expected: { state: 'failure' },
    },
  ])('$call', ({ stages, asked, current, expected }) => {
    expect(decideStatus(reportOf(stages, { facts: { stages: asked } }), current)).toEqual(expected)
  })
})
