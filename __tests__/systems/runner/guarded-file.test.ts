import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createRunnerFiles, type RunnerFiles } from '../../../src/systems/runner/runner-files.ts'
import { newFolder } from '../new-folder.ts'

const names = ['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const
let paths: Readonly<Record<(typeof names)[number], string>>
let files: RunnerFiles

beforeEach(() => {
  const folder = newFolder()
  paths = Object.fromEntries(names.map((name) => [name, join(folder, name)])) as typeof paths
  for (const path of Object.values(paths)) writeFileSync(path, '')
  files = createRunnerFiles(paths)
})

const content = (name: (typeof names)[number]): string => readFileSync(paths[name], 'utf8')

async function writeOwn(): Promise<void> {
  await files.setOutput('result', 'success')
  await files.saveState('saved', 'ü')
  await files.writeSummary('# Fine')
}

describe("the runner's files", () => {
  it('that nobody else wrote are left as they are', async () => {
    await writeOwn()
    const before = names.map(content)
    expect(await files.restore()).toEqual([])
    expect(names.map(content)).toEqual(before)
  })

  it('keep what the runner had in them at the start', async () => {
    writeFileSync(paths.GITHUB_ENV, 'CI=1\n')
    const later = createRunnerFiles(paths)
    expect(await later.restore()).toEqual([])
    expect(content('GITHUB_ENV')).toBe('CI=1\n')
  })

  it.each(names)('lose what somebody else appended to %s, and it is told by name alone', async (name) => {
    await writeOwn()
    const before = content(name)
    appendFileSync(paths[name], 'LD_PRELOAD=/tmp/evil.so\nnode<<EOF\nsecret\nEOF\n')
    expect(await files.restore()).toEqual([
      `${name}: 45 bytes that Stagegate did not write; they name LD_PRELOAD, node`,
    ])
    expect(content(name)).toBe(before)
    expect(await files.restore()).toEqual([])
  })

  it('are what Stagegate wrote after their content was changed, cut, or removed', async () => {
    await writeOwn()
    const before = names.map(content)
    const output = content('GITHUB_OUTPUT')
    writeFileSync(paths.GITHUB_OUTPUT, output.replace('success', 'failure'))
    writeFileSync(paths.GITHUB_STATE, '')
    rmSync(paths.GITHUB_STEP_SUMMARY)
    expect(await files.restore()).toEqual([
      'GITHUB_OUTPUT: what Stagegate wrote was changed',
      expect.stringMatching(/^GITHUB_STATE: \d+ bytes that Stagegate wrote were removed$/),
      'GITHUB_STEP_SUMMARY: it was removed',
    ])
    expect(names.map(content)).toEqual(before)
  })

  it('are files again where something else was put in their place, and what a link led to is left alone', async () => {
    const elsewhere = join(newFolder(), 'elsewhere')
    writeFileSync(elsewhere, 'of somebody')
    rmSync(paths.GITHUB_ENV)
    symlinkSync(elsewhere, paths.GITHUB_ENV)
    rmSync(paths.GITHUB_PATH)
    mkdirSync(join(paths.GITHUB_PATH, 'folder'), { recursive: true })
    expect(await files.restore()).toHaveLength(2)
    expect(lstatSync(paths.GITHUB_ENV).isFile() && lstatSync(paths.GITHUB_PATH).isFile()).toBe(true)
    expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody')
  })

  it('accuse nobody where a write of our own has failed', async () => {
    rmSync(paths.GITHUB_OUTPUT)
    mkdirSync(paths.GITHUB_OUTPUT)
    await expect(files.setOutput('result', 'success')).rejects.toThrow('EISDIR')
    expect(await files.restore()).toEqual([])
  })

  it('can be written to while they are compared', async () => {
    const writes = Array.from({ length: 20 }, (_, index) => files.saveState(`step-${index}`, 'x'))
    expect(await files.restore()).toEqual([])
    await Promise.all(writes)
    expect(await files.restore()).toEqual([])
    expect(existsSync(paths.GITHUB_STATE)).toBe(true)
  })
})
