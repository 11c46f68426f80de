import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { makeBuildAgain } from '../../src/main/make-build-again.ts'
import { type Ledger, planPipeline } from '../../src/pipeline/index.ts'
import { renderPlan } from '../../src/report/plan-text.ts'
import { stages } from '../../src/stages/pipeline.ts'
import { systemClock } from '../../src/systems/clock/clock.ts'
import { createGit } from '../../src/systems/git/create-git.ts'
import { Workshop } from '../stages/commands/run-stage.ts'
import { commit, newRepository } from '../systems/git/repositories.ts'
import { configOf } from './config-of.ts'

const signal = new AbortController().signal
const off = { configured: false, reason: 'nothing found' } as const
const from = 'run 77, attempt 1'
let workshop: Workshop
let config: Config

beforeEach(async () => {
  const workspace = newRepository()
  commit(workspace, 'Say hello', { 'index.js': '', 'k8s/a.yaml': '' })
  workshop = await Workshop.open({})
  const command = workshop.command('true', { workingDirectory: workspace })
  config = configOf({
    workspace,
    build: { prepare: command, compile: command, lint: command, analyze: command },
    test: { unit: command, integration: off },
  })
})
afterEach(() => workshop.dispose())

/** The plan of a call for a commit of which these stages have passed, on a machine that is new. */
async function plan(passed: readonly string[], more: Partial<Config> = {}) {
  const ledger: Ledger = new Map(passed.map((id) => [id, { output: {}, from }]))
  const full = { ...config, ...more }
  const planned = planPipeline(stages, full, full.selection, ledger)
  const git = createGit({
    processes: workshop.systems.processes,
    clock: systemClock,
    serverUrl: 'https://github.com',
    ...{ token: undefined, configsToken: undefined },
  })
  return makeBuildAgain(planned, full, { git, files: workshop.systems.files }, signal)
}

const againOf = (planned: Awaited<ReturnType<typeof plan>>): readonly string[] =>
  planned.flatMap((stage) =>
    stage.kind === 'passed' && stage.again !== undefined
      ? stage.again.steps.filter((step) => step.run).map((step) => `${stage.id}.${step.id}`)
      : [],
  )

describe('a resumed run on a new machine', () => {
  it('makes again what tests need, and says which stage needs it; what judges the code only is left out', async () => {
    const planned = await plan(['build'])
    expect(againOf(planned)).toEqual(['build.prepare', 'build.compile'])
    const text = renderPlan(planned)
    expect(text).toContain(
      `build: passed in ${from}; prepare and compile run again, because test and image need what the build leaves, and this machine does not have it`,
    )
    expect(text).toContain('  prepare: true')
    expect(text).toContain(`  - lint: not applicable: passed in ${from}`)
  })

  it('makes it again for an image whose pass does not count any more', async () => {
    expect(againOf(await plan(['build', 'test', 'scan']))).toEqual(['build.prepare', 'build.compile'])
  })

  it('builds nothing where the deployment alone is left: its files are in the commit', async () => {
    expect(againOf(await plan(['build', 'test', 'scan', 'image']))).toEqual([])
  })

  it('makes it again for a deployment of files that the build writes', async () => {
    const { deploy } = config
    if (!deploy.configured) throw new Error('not configured')
    const manifests = {
      ...deploy.manifests,
      configured: true as const,
      ...{ source: 'x', critical: true, timeoutMs: 1 },
      sources: [{ kind: 'path' as const, path: 'dist/k8s' }],
      allow: { namespaces: undefined, kinds: undefined },
    }
    const passed = ['build', 'test', 'scan', 'image']
    expect(againOf(await plan(passed, { deploy: { ...deploy, manifests } }))).toEqual([
      'build.prepare',
      'build.compile',
    ])
  })

  it('builds nothing again for scanners that read the code, but for the one that starts the service', async () => {
    const command = workshop.command('true')
    if (!command.configured) throw new Error('not configured')
    const each = {
      configured: true as const,
      source: 'x',
      critical: true,
      timeoutMs: 1,
      failOn: 'high' as const,
    }
    const only = { ...config.selection, stages: ['scan'] }
    const sast = { ...each, tool: 'semgrep' as const, config: 'p/ci' }
    const scan = { ...config.scan, sast }
    expect(againOf(await plan(['build', 'test'], { scan, selection: only }))).toEqual([])
    const dast = {
      ...each,
      ...{ tool: 'schemathesis' as const, start: 'node x', env: {}, waitFor: 'http://127.0.0.1:1' },
      ...{ target: 'openapi.yaml', args: [] },
    }
    const again = await plan(['build', 'test'], { scan: { ...scan, dast }, selection: only })
    expect(againOf(again)).toEqual(['build.prepare', 'build.compile'])
  })

  it('has nothing to make again where the build leaves nothing', async () => {
    const build = { ...config.build, prepare: off, compile: off }
    expect(againOf(await plan(['build'], { build }))).toEqual([])
  })
})
