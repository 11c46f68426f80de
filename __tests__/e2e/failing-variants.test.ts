import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyEdits } from './apply-edits.ts'
import { failingVariants } from './failing-variants.ts'

const sample = join(import.meta.dirname, '../../examples/ai-gen-service')
const generated = new Set(['node_modules', 'dist', 'reports'])

describe('the failing variants', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'failing-variant-'))
    await cp(sample, folder, { recursive: true, filter: (source) => !generated.has(basename(source)) })
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  it.each(failingVariants)('still fit the sample: $title', async ({ edit }) => {
    await applyEdits(folder, edit)
  })

  it('have one for each stage that can fail by the commit itself', () => {
    expect(new Set(failingVariants.map((variant) => variant.stage))).toEqual(
      new Set(['build', 'test', 'scan', 'image', 'secrets', 'policy', 'rollout', 'migration', 'smoke']),
    )
  })
})
