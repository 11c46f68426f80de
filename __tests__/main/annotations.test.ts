import { describe, expect, test } from 'vitest'
import { annotationsOf, renderRest } from '../../src/main/annotations.ts'
import { done, finding, stage, step } from '../report/report-of.ts'

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
})
