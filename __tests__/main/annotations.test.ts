import { describe, expect, test } from 'vitest'
import { annotateInLog } from '../../src/main/annotate-in-log.ts'
import { annotationsOf, renderRest } from '../../src/main/annotations.ts'
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

  test('beyond 500 are named with where they are', () => {
    expect(renderRest(500)).toBe('')
    expect(renderRest(612)).toBe(
      'The worst 500 of 612 findings are annotated; the other 112 are in the JSON report (output `report`).',
    )
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
