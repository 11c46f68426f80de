import { describe, expect, test } from 'vitest'
import { annotateInLog } from '../../src/main/annotate-in-log.ts'
import { AnnotationBudget, annotationsOf, renderRest } from '../../src/main/annotations.ts'
import { done, finding, stage, step } from '../report/report-of.ts'
import { configOf } from './config-of.ts'

const workspace = '/home/runner/work/shop/shop/services/api'

function pathsOf(files: readonly (string | undefined)[], folder = 'services/api'): readonly string[] {
  const findings = files.map((file) => finding({ file } as never))
  const each = stage('build', done, { steps: [step('lint', done, { kept: { findings } })] })
  return annotationsOf(each, { workspace, folder }).map(({ path }) => path)
}

describe('annotations', () => {
  test('have paths from the root of the checkout, which is what GitHub knows', () => {
    expect(pathsOf(['src/server.ts', './a.ts', `${workspace}/b.ts`, '../shared/c.ts'])).toEqual([
      'services/api/src/server.ts',
      'services/api/a.ts',
      'services/api/b.ts',
      'services/shared/c.ts',
    ])
    expect(pathsOf(['src/server.ts'], '')).toEqual(['src/server.ts'])
  })

  test('are only on files of the checkout', () => {
    expect(
      pathsOf([
        undefined,
        '/etc/passwd',
        '../../../outside.ts',
        '../..',
        '/home/runner/work/shop/shop/services/api-2/x.ts',
      ]),
    ).toEqual([])
  })

  test('that there are no more of are counted, and findings without a line too, with where they are', () => {
    expect(renderRest(500, 500, 0)).toBe('')
    expect(renderRest(500, 612, 0)).toBe(
      'Findings: the worst 500 of 612 annotated; 112 more in the JSON report (output `report`).',
    )
    expect(renderRest(3, 3, 2)).toBe(
      'Findings: 3 annotated; 2 without a line in the checkout in the JSON report (output `report`).',
    )
    expect(renderRest(0, 7, 2)).toMatch(/^Findings: the worst 0 of 7 annotated; 7 more and 2 without a line/)
  })

  test('of several tools that say the same stand there once', () => {
    expect(pathsOf(['a.ts', 'a.ts', 'b.ts'])).toEqual(['services/api/a.ts', 'services/api/b.ts'])
  })

  test('are shared among the stages of a call, and a stage that is written again takes no more', () => {
    const budget = new AnnotationBudget(5)
    const found = annotationsOf(
      stage('build', done, {
        steps: [step('lint', done, { kept: { findings: [1, 2, 3, 4].map((line) => finding({ line })) } })],
      }),
      { workspace, folder: '' },
    )
    expect(budget.take('build', found)).toHaveLength(4)
    expect(budget.take('test', found)).toEqual(found.slice(0, 1))
    expect(budget.take('test', found)).toHaveLength(1)
    expect(budget.take('scan', found)).toEqual([])
    expect(budget.take('build', found.slice(0, 1))).toHaveLength(1)
    expect(budget.take('scan', found)).toHaveLength(3)
  })

  test('of a run without a token are in its log, once for each stage that ran', () => {
    const shown: string[] = []
    const listen = annotateInLog(
      { annotate: (level, text, { file, line }) => shown.push(`${level} ${file}:${line} ${text}`) },
      configOf(),
    )
    const kept = { findings: [finding(), finding({ severity: 'medium', line: 3 })] }
    const lint = stage('build', done, { steps: [step('lint', done, { kept })] })
    listen({ kind: 'stage-started', stage: 'build', steps: [] })
    listen({ kind: 'stage-ended', stage: lint })
    listen({ kind: 'stage-ended', stage: { ...lint, resumedFrom: 'run 76' } })
    expect(shown).toEqual([
      'error src/server.ts:12 eval runs text as code',
      'warning src/server.ts:3 eval runs text as code',
    ])
  })
})
