import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { build } from '../../../src/stages/build/build.ts'
import { isBuiltHere, rememberBuild } from '../../../src/stages/build/built-here.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import { configOf } from '../../main/config-of.ts'
import { commit, git as run, newRepository } from '../../systems/git/repositories.ts'
import { Workshop } from '../commands/run-stage.ts'

const signal = new AbortController().signal
const off = { configured: false, reason: 'nothing found' } as const
let workspace = ''
let workshop: Workshop
let config: Config

beforeEach(async () => {
  workspace = newRepository()
  const head = commit(workspace, 'Say hello', { 'index.js': '', '.gitignore': 'node_modules/\ndist/\n' })
  workshop = await Workshop.open({})
  Object.assign(workshop.systems, {
    git: createGit({
      processes: workshop.systems.processes,
      clock: systemClock,
      serverUrl: 'https://github.com',
      token: undefined,
      configsToken: undefined,
    }),
  })
  const { trigger } = configOf()
  const command = workshop.command('mkdir -p node_modules/x dist; touch node_modules/x/a dist/b note', {
    workingDirectory: workspace,
  })
  config = configOf({
    workspace,
    trigger: { ...trigger, commit: head },
    build: { prepare: off, compile: command, lint: off, analyze: off },
  })
})
afterEach(() => workshop.dispose())

const builds = async (with_: Config = config): Promise<void> => {
  const ended = await workshop.run(rememberBuild(build), with_)
  expect(ended.error).toBeUndefined()
}
const isBuilt = (of: Config = config): Promise<boolean> => isBuiltHere(of, workshop.systems, signal)

describe('a workspace', () => {
  it('holds no build before one has ended well in it', async () => {
    expect(await isBuilt()).toBe(false)
    const failing = workshop.command('touch dist; exit 1', { workingDirectory: workspace })
    const { error } = await workshop.run(rememberBuild(build), {
      ...config,
      build: { ...config.build, compile: failing },
    })
    expect(error).toBeDefined()
    expect(await isBuilt()).toBe(false)
  })

  it('holds the build of this job, while all that it left is there', async () => {
    await builds()
    expect(await isBuilt()).toBe(true)
    rmSync(join(workspace, 'dist'), { recursive: true })
    expect(await isBuilt()).toBe(false)
  })

  it('is as the commit has it: what is remembered is in no status, and survives no clone', async () => {
    await builds()
    run(workspace, 'clean', '-q', '-fdx')
    expect(run(workspace, 'status', '--porcelain')).toBe('')
    expect(await isBuilt()).toBe(false)
    const clone = join(workshop.temporary, 'clone')
    run(workshop.temporary, 'clone', '-q', workspace, clone)
    await builds()
    expect(await isBuilt({ ...config, workspace: clone })).toBe(false)
  })

  const others: readonly (readonly [string, (of: Config) => Partial<Config>])[] = [
    ['commit', (of) => ({ trigger: { ...of.trigger, commit: 'e'.repeat(40) } })],
    ['configuration', () => ({ digest: 'another' })],
    ['service', () => ({ service: 'another' })],
    ['attempt', (of) => ({ trigger: { ...of.trigger, run: { ...of.trigger.run, attempt: 3 } } })],
    ['run', (of) => ({ trigger: { ...of.trigger, run: { ...of.trigger.run, id: '78' } } })],
    ['job', (of) => ({ trigger: { ...of.trigger, run: { ...of.trigger.run, job: 'other' } } })],
  ]
  it.each(others)('holds nothing for another %s', async (_what, change) => {
    await builds()
    expect(await isBuilt({ ...config, ...change(config) })).toBe(false)
  })

  it('holds the build though its reports were removed', async () => {
    const lint = workshop.command('mkdir -p reports; echo "[]" > reports/lint.json', {
      ...{ workingDirectory: workspace, reports: ['reports/*.json'] },
    })
    config = { ...config, build: { ...config.build, lint } }
    await builds()
    rmSync(join(workspace, 'reports'), { recursive: true })
    expect(await isBuilt()).toBe(true)
  })

  it.each(['', '{', 'null', '[]', '{"left":[1]}', '{"left":"x"}'])(
    'holds nothing when what is remembered says %j',
    async (text) => {
      await builds()
      const folder = join(workspace, '.git', 'stagegate')
      const [name = ''] = readdirSync(folder)
      expect(readFileSync(join(folder, name), 'utf8')).toContain('"left"')
      writeFileSync(join(folder, name), text)
      expect(await isBuilt()).toBe(false)
    },
  )
})
