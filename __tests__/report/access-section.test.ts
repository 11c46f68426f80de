import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderAccess } from '../../src/report/access-section.ts'
import type { ReportedAccess } from '../../src/report/kept.ts'
import { hostileText, hostileTexts } from './hostile-texts.ts'
import { skeletonOf } from './markdown-oracle.ts'
import { done, stage, step } from './report-of.ts'

type Row = ReportedAccess['rows'][number]

const has: Row = {
  stage: 'deploy',
  needs: 'a login to Vault',
  has: 'yes',
  detail: 'accepted',
  consequence: '',
}
const lacks: Row = {
  ...{ stage: 'every stage', needs: 'checks: write', has: 'no', detail: 'not accessible' },
  consequence: 'degraded: no check runs',
}

function render(rows: readonly Row[], permissions?: string): string {
  const table = step('table', done, { kept: { access: { rows, permissions } } })
  return renderAccess([stage('preflight', done, { steps: [step('vault', done), table] })])
}

describe('what a run needs of others', () => {
  it('is folded up where it has all of it', () => {
    const text = render([has])
    expect(text).toMatch(
      /^<details><summary>What this run needs of others, and has<\/summary>\n\n\| stage \|/,
    )
    expect(text).toContain('| deploy | a login to Vault | ✅ accepted |  |')
  })

  it('is open where something is missing or not known, with how much, and the permissions to add', () => {
    const text = render(
      [has, lacks, { ...has, has: 'unknown', detail: '' }],
      'permissions:\n  checks: write # missing',
    )
    expect(text).toContain('### What this run needs of others: 2 of 3 missing')
    expect(text).toContain('| every stage | checks: write | ❌ not accessible | degraded: no check runs |')
    expect(text).toContain('| deploy | a login to Vault | ❔ |  |')
    expect(text).toContain('```yaml\npermissions:\n  checks: write # missing\n```')
  })

  it('is nothing where preflight asked for nothing, or did not run', () => {
    expect(render([])).toBe('')
    expect(renderAccess([stage('build', done)])).toBe('')
  })

  it('keeps its form whatever the answers of others say', () => {
    const skeleton = skeletonOf(render([has, lacks]))
    const check = (text: string): void => {
      expect(skeletonOf(render([has, { ...lacks, detail: `x${text}`, needs: `y${text}` }]))).toBe(skeleton)
    }
    for (const text of hostileTexts) check(text)
    fc.assert(fc.property(hostileText, check), { numRuns: 100 })
  })
})
