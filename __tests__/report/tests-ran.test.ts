import { describe, expect, it } from 'vitest'

import { addTestsRan, type TestsRan } from '../../src/findings/index.ts'
import { mergeStages } from '../../src/handover/merge-stages.ts'
import { parseEntryText, parseOutput, renderEntryText } from '../../src/main/ledger/entry-text.ts'
import type { PassWriter } from '../../src/main/ledger/trust.ts'
import { testsRanOf } from '../../src/report/kept.ts'
import { configOf } from '../main/config-of.ts'
import { done, notApplicable, stage, step } from './report-of.ts'

const tested = (...counts: readonly (TestsRan | undefined)[]) =>
  stage('test', done, {
    steps: counts.map((testsRan, index) =>
      step(`step-${index}`, done, { kept: testsRan === undefined ? {} : { testsRan } }),
    ),
  })
const writer: PassWriter = {
  run: '77',
  attempt: 1,
  workflow: 'w.yml',
  job: 'staging',
  runner: 'GitHub Actions 1',
}

describe('How many tests ran', () => {
  it.each<readonly [readonly TestsRan[], TestsRan]>([
    [[], 0],
    [[3, 4], 7],
    [[3, 'unknown'], 3],
    [[0, 'unknown'], 'unknown'],
    [['unknown', 'unknown'], 'unknown'],
  ])('in several steps (%j) is %s', (counts, sum) => {
    expect(addTestsRan(counts)).toBe(sum)
  })

  it('is read from the output of the stage, else from what its steps kept', () => {
    expect(testsRanOf([stage('test', { status: 'success', output: { testsRan: 5 } })])).toBe(5)
    expect(testsRanOf([tested(2, 3)])).toBe(5)
    expect(testsRanOf([tested(2, undefined)])).toBe(2)
    expect(testsRanOf([tested(undefined)])).toBe('unknown')
  })

  it('is undefined where the stage did not run', () => {
    expect(testsRanOf([])).toBeUndefined()
    expect(testsRanOf([stage('build', done), stage('test', notApplicable)])).toBeUndefined()
  })

  it('is added up over the shards of a step', () => {
    expect(testsRanOf([mergeStages([tested(2), tested(3), tested('unknown')])])).toBe(5)
  })

  it.each<TestsRan>([0, 12, 'unknown'])('comes out of the ledger as it went in: %s', (testsRan) => {
    const text = renderEntryText(tested(testsRan), writer, {})
    expect(parseOutput(parseEntryText(text)!, configOf())).toEqual({ testsRan })
  })

  it.each([-1, 1.5, '3', null, 1e300])('is not believed from the ledger when it is %j', (testsRan) => {
    const entry = { stage: 'test', writer, tools: {}, output: { testsRan } }
    expect(parseOutput(entry, configOf())).toEqual({})
  })
})
