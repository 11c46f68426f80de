import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfigFile } from '../../../src/config/load/load-config-file.ts'
import { makeWorkspace } from '../temporary-workspace.ts'

describe('the configuration file', () => {
  it('may be missing, unless it was named', async () => {
    const root = makeWorkspace()
    expect(await loadConfigFile(root, undefined)).toBeUndefined()
    await expect(loadConfigFile(root, 'ci/stage.yml')).rejects.toMatchObject({
      code: 'E_CONFIG_MISSING',
      message: expect.stringContaining('ci/stage.yml') as string,
    })
  })

  it('says where each value is', async () => {
    const root = makeWorkspace({ '.github/stagegate.yml': 'version: 1\nbuild:\n  prepare: npm ci\n' })
    const file = await loadConfigFile(root, undefined)
    expect(file?.values.build?.prepare).toBe('npm ci')
    expect(file?.sourceOf(['build', 'prepare'])).toBe('.github/stagegate.yml:3')
  })

  it('is not overlooked under its other ending', async () => {
    const root = makeWorkspace({ '.github/stagegate.yaml': 'version: 1\n' })
    await expect(loadConfigFile(root, undefined)).rejects.toMatchObject({ code: 'E_CONFIG_MISSING' })
  })

  it('with errors ends the run with all of them, at most fifty in words', async () => {
    const root = makeWorkspace({
      'x.yml': Array.from({ length: 70 }, (_, index) => `k${index}: 1`).join('\n'),
    })
    const error: unknown = await loadConfigFile(root, 'x.yml').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_CONFIG_INVALID', message: 'x.yml has 70 errors.' })
    const { evidence } = error as { evidence: readonly string[] }
    expect(evidence).toHaveLength(51)
    expect(evidence[69 - 20]).toMatch(/^x\.yml:50: /)
    expect(evidence.at(-1)).toBe('… and 20 more')
  })

  it('is refused when a link leads out of the checkout', async () => {
    const outside = makeWorkspace({ 'secret.yml': 'service: CANARY!' })
    const root = makeWorkspace()
    mkdirSync(join(root, '.github'))
    symlinkSync(join(outside, 'secret.yml'), join(root, '.github/stagegate.yml'))
    await expect(loadConfigFile(root, undefined)).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })

  it('is refused when it is not UTF-8', async () => {
    const root = makeWorkspace()
    writeFileSync(join(root, 'x.yml'), Buffer.from([0x73, 0xff, 0xfe]))
    await expect(loadConfigFile(root, 'x.yml')).rejects.toMatchObject({
      code: 'E_CONFIG_INVALID',
      evidence: [expect.stringContaining('not UTF-8')],
    })
  })
})
