import { describe, expect, test } from 'vitest'
import type { Standing } from '../../../src/report/conclusion/call.ts'
import type { CommitState } from '../../../src/report/conclusion/conclude.ts'
import { renderStatusDescription } from '../../../src/report/status-description.ts'
import { renderSummary } from '../../../src/report/summary.ts'
import type { StageResult } from '../../../src/pipeline/index.ts'
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
} from '../report-of.ts'

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
    current?: Standing['state']
    result?: 'failure' | 'cancelled'
    expected: { state: CommitState; description?: string } | undefined
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
      result: 'failure',
      expected: { state: 'failure' },
    },
    {
      call: 'with a critical failure of one stage that was asked for',
      stages: [...start, stage('build', failure), stage('test', notAsked), report],
      asked: ['build'],
      result: 'failure',
      expected: { state: 'failure' },
    },
    {
      call: 'that was cancelled',
      stages: [...start, stage('build', cancelled), stage('test', blocked), report],
      result: 'cancelled',
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
      result: 'failure',
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
      result: 'failure',
      expected: { state: 'error', description: 'Not deployed: the stage build has not passed.' },
    },
    {
      call: 'of report alone, where there is nothing to deploy',
      stages: [...inLedger, stage('deploy', notApplicable), report],
      asked: ['report'],
      current: 'pending',
      expected: { state: 'success', description: 'Every stage passed; nothing was to be deployed.' },
    },
    ...(['success', 'failure', 'error', 'unknown'] as const).map((current) => ({
      call: `of report alone, when the status is ${current} already`,
      stages: [...inLedger, stage('deploy', notAsked), report],
      asked: ['report'],
      current,
      ...(current === 'success' ? {} : { result: 'failure' as const }),
      expected: undefined,
    })),
    {
      call: 'of report alone that itself failed',
      stages: [stage('preflight', failure), stage('deploy', blocked), report],
      asked: ['report'],
      current: 'success',
      result: 'failure',
      expected: { state: 'failure' },
    },
    {
      call: 'of report alone that was cancelled after a deployment',
      stages: [stage('preflight', cancelled), ...inLedger.slice(1), stage('deploy', notAsked), report],
      asked: ['report'],
      current: 'success',
      result: 'cancelled',
      expected: { state: 'error', description: 'Cancelled in preflight.' },
    },
    {
      call: 'of some stages and report, which deployed nothing',
      stages: [...start, stage('build', done), stage('test', notAsked), stage('deploy', notAsked), report],
      asked: ['build', 'report'],
      result: 'failure',
      expected: { state: 'error', description: 'Not deployed: the stage test has not passed.' },
    },
    {
      call: 'in which something planned did not run though nothing failed',
      stages: [...passed.slice(0, -1), stage('image', blocked), stage('deploy', notApplicable), report],
      result: 'failure',
      expected: {
        state: 'failure',
        description: 'image: The stage image was planned and did not run: test failed.',
      },
    },
    {
      call: 'of every stage but the last, where nothing is to be deployed',
      stages: [...passed, stage('deploy', notApplicable), report],
      asked: ['build', 'test', 'scan', 'image'],
      expected: { state: 'pending', description: 'Waiting for the last call: every stage has passed.' },
    },
  ])('$call', ({ stages, asked, current, result = 'success', expected }) => {
    const standing = current === undefined ? undefined : { state: current, isOwn: true }
    const report = reportOf(stages, { facts: { stages: asked }, call: { standing } })
    const { conclusion } = report
    expect(conclusion.commitStatus).toBe(expected?.state)
    if (expected?.description !== undefined)
      expect(renderStatusDescription(report)).toBe(expected.description)
    expect(conclusion).toMatchObject({ result, exitCode: result === 'success' ? 0 : 1 })
  })
})

describe('a call of report alone', () => {
  const concluded = (more: Parameters<typeof reportOf>[1], stages: readonly StageResult[] = nothing) =>
    reportOf([...stages, report], { facts: { stages: ['report'] }, ...more }).conclusion
  const nothing = [...start, stage('build', notAsked), stage('deploy', notAsked)]

  test('takes a success of an earlier run for the deployment alone, never for the stages before it', () => {
    const standing = { state: 'success', isOwn: false } as const
    expect(concluded({ call: { standing } })).toMatchObject({ result: 'failure', commitStatus: 'error' })
    expect(concluded({ call: { standing } }, [...inLedger, stage('deploy', notAsked)])).toMatchObject({
      ending: { kind: 'was-deployed' },
      commitStatus: undefined,
    })
  })

  test('takes a success of this run where no pass can be recorded', () => {
    expect(concluded({ call: { standing: { state: 'success', isOwn: true } } }).result).toBe('success')
  })

  test('says on a fork that it knows nothing, and blames nobody', () => {
    const standing = { state: 'none', isOwn: false } as const
    expect(concluded({ call: { standing, hasLedger: false, mayDeploy: false } })).toMatchObject({
      ending: { kind: 'not-judged' },
      commitStatus: undefined,
      exitCode: 0,
    })
  })

  test('writes the success of a run with nothing to deploy over the failure of an earlier run', () => {
    const standing = { state: 'failure', isOwn: false } as const
    const stages = [...inLedger, stage('deploy', notApplicable)]
    expect(concluded({ call: { standing } }, stages)).toMatchObject({ exitCode: 0, commitStatus: 'success' })
  })
})

describe('a call before the last one', () => {
  const none = [
    ...start,
    stage('build', notApplicable),
    stage('test', notApplicable),
    stage('scan', notAsked),
  ]

  test('that was asked for stages of which none applies does not say that they passed', () => {
    const report = reportOf(none, { facts: { stages: ['build', 'test'] } })
    expect(report.conclusion).toMatchObject({ ending: { kind: 'waiting', isIdle: true }, exitCode: 0 })
    expect(renderSummary(report)).toMatch(/^## ➖ .*: no stage of this call applies; nothing was done\n/)
  })

  test.each([
    { what: 'one that applies', asked: ['build', 'test'], id: 'test', result: done },
    {
      what: 'a step of one, as a job of the workflow',
      asked: ['build.prepare', 'scan.sast'],
      id: 'scan',
      result: done,
    },
  ])('that was asked for $what says that it passed', ({ asked, id, result }) => {
    const stages = none.map((each) => (each.id === id ? stage(id, result) : each))
    const report = reportOf(stages, { facts: { stages: asked } })
    expect(report.conclusion).toMatchObject({ ending: { kind: 'waiting', isIdle: false }, exitCode: 0 })
    expect(renderSummary(report)).toMatch(/^## ✅ .*: every stage of this call passed\n/)
  })
})
