import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTestbed } from '../../script/lib/testbed/description.ts'
import { root } from './workflow.ts'

const { bin } = readTestbed()
const workflows = globSync(['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'], { cwd: root })

function run(program: string, ...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(join(bin, program), args, { cwd: root, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

describe('every workflow, ours and those of the examples', () => {
  it('is there', () => {
    expect(workflows.length).toBeGreaterThan(5)
  })

  it('is clean for actionlint', () => {
    expect(run('actionlint', '-no-color', ...workflows)).toEqual({ status: 0, said: '' })
  })

  it('has no finding of zizmor, as its strictest persona', () => {
    const { status, said } = run(
      'zizmor',
      '--offline',
      '--no-progress',
      '--color=never',
      '--persona=auditor',
      ...workflows,
      'action.yml',
      'pipeline/action.yml',
    )
    expect(said).toContain('No findings to report')
    expect(status).toBe(0)
  })
})
