import { describe, expect, it } from 'vitest'
import type { StageResult, StepResult } from '../../../src/pipeline/index.ts'
import { concludeCheck, concludeDeployment } from '../../../src/report/conclusion/conclude-stage.ts'
import { findLacks } from '../../../src/report/conclusion/find-lacks.ts'
import { renderStatusDescription } from '../../../src/report/status-description.ts'
import { renderSummary } from '../../../src/report/summary.ts'
import {
  blocked,
  cancelled,
  deployed,
  done,
  failed,
  notApplicable,
  reportOf,
  stage,
  step,
} from '../report-of.ts'

const tested = (testsRan: number | 'unknown') =>
  stage('test', done, { steps: [step('unit', done, { kept: { testsRan } })] })
const rollout = (containers: number, unknown: readonly string[] = []) =>
  step('rollout', done, { kept: { running: { containers, unknown } } })
const deployedWith = (...steps: readonly StepResult[]) => stage('deploy', deployed, { steps })
const smoke = step('smoke', done)
const noSmoke = step('smoke', { status: 'skipped', reason: 'not configured', blocked: false })
const advisory = (id: string) => step(id, failed({ message: 'It failed.' }), { critical: false })

const lacksOf = (stages: readonly StageResult[], testsMayBeNone = false): readonly string[] =>
  findLacks(stages, { testsMayBeNone })

describe('what a deployment lacks to be verified', () => {
  it.each<[string, readonly StageResult[], readonly string[]]>([
    ['with tests, a smoke test and a container', [tested(9), deployedWith(rollout(2), smoke)], []],
    [
      'of a repository without configuration',
      [stage('test', notApplicable), deployedWith(rollout(1), noSmoke)],
      ['no test ran', 'no smoke test'],
    ],
    ['whose tests were allowed to be none', [tested(0), deployedWith(rollout(1), smoke)], ['no test ran']],
    [
      'whose command does not say what it ran',
      [tested('unknown'), deployedWith(rollout(1), smoke)],
      ['whether tests ran is not known'],
    ],
    ['with no replicas', [tested(9), deployedWith(rollout(0), smoke)], ['no container runs the digest']],
    ['without manifests', [tested(9), deployedWith(smoke)], ['no container runs the digest']],
    [
      'of which one workload cannot be seen',
      [tested(9), deployedWith(rollout(1, ['Deployment left']), smoke)],
      ['which image Deployment left runs is not known'],
    ],
    [
      'whose advisory tests and smoke test failed',
      [stage('test', done, { steps: [advisory('unit')] }), deployedWith(rollout(1), advisory('smoke'))],
      ['tests failed', 'the smoke test failed'],
    ],
  ])('%s', (_, stages, lacks) => {
    expect(lacksOf(stages)).toEqual(lacks)
  })

  it('counts a pass of another call as it was handed over, and else by what the configuration demands', () => {
    const passed = (output: object) =>
      stage('test', { status: 'success', output }, { resumedFrom: 'run 7', steps: [] })
    const rest = deployedWith(rollout(1), smoke)
    expect(lacksOf([passed({ testsRan: 3 }), rest], true)).toEqual([])
    expect(lacksOf([passed({ testsRan: 0 }), rest])).toEqual(['no test ran'])
    expect(lacksOf([passed({}), rest])).toEqual([])
    expect(lacksOf([passed({}), rest], true)).toEqual(['whether tests ran is not known'])
  })

  it('is said in status, summary and deployment, and the call is a success all the same', () => {
    const stages = [stage('test', notApplicable), deployedWith(rollout(1), noSmoke)]
    const report = reportOf(stages)
    expect(renderStatusDescription(report)).toBe(
      'ai-gen-service v1.1.0 is deployed to staging (3 m 05 s); not verified: no test ran, no smoke test.',
    )
    expect(renderSummary(report).split('\n')[0]).toBe(
      '## ✅ ai-gen-service v1.1.0 is deployed to staging; ⚠️ not verified: no test ran, no smoke test',
    )
    expect(report.conclusion).toMatchObject({ exitCode: 0, result: 'success', commitStatus: 'success' })
    expect(concludeDeployment(stages, { testsMayBeNone: false })).toEqual({
      state: 'success',
      description: 'Deployed; not verified: no test ran, no smoke test.',
    })
  })
})

describe('the end of a deployment on GitHub', () => {
  const end = (result: StageResult['result']) =>
    concludeDeployment([tested(9), stage('deploy', result)], { testsMayBeNone: false })

  it.each([
    [
      'failed',
      failed({ message: 'Deployment api is not ready.' }),
      'failure',
      'Deployment api is not ready.',
    ],
    ['was cancelled', cancelled, 'error', 'The run was cancelled.'],
    ['was kept from running', blocked, 'error', 'The run was cancelled.'],
  ])('that %s', (_, result, state, description) => {
    expect(end(result)).toEqual({ state, description })
  })
})

describe('the conclusion of the check run of a stage', () => {
  it('is a failure for what was kept from running: GitHub takes a skipped one for a pass', () => {
    expect(concludeCheck(stage('build', blocked))).toBe('failure')
    expect(concludeCheck(stage('build', notApplicable))).toBe('skipped')
    expect(concludeCheck(stage('build', done))).toBe('success')
  })
})
