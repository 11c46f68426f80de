import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { git } from '../../script/lib/demo/sample-repository.ts'
import { startFaultyProxy } from '../systems/registry/faulty-proxy.ts'
import { expectEnded, expectEndedByItself, MainsEnd, sayEnd } from './expect-ended.ts'
import { expectNoSecret, expectNothingOpen, tail } from './expectations.ts'
import { findProcesses } from './find-processes.ts'
import { heldConfig, heldEdits, heldLine, heldPushConfig, heldScanConfig } from './held-sample.ts'
import type { Ending, Interrupt } from './interrupt.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { startSilentServer } from './silent-server.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
const staging = new Staging(run.testbed)
const results: BundleResult[] = []
let commit = ''

beforeAll(async () => {
  commit = await run.commit('Hold on', heldEdits(run.testbed.images.debian))
})
afterAll(() => {
  run.close()
})

interface Point {
  readonly at: string
  readonly act: Ending
  readonly when: Interrupt['when']
  readonly config?: string
  /** The stage whose result is `cancelled`. */
  readonly stage: string
  readonly env?: Readonly<Record<string, string>>
  readonly inputs?: Readonly<Record<string, string>>
}

const held = (at: string, act: Ending, env: Readonly<Record<string, string>> = {}): Point => ({
  ...{ at, act, when: heldLine(at), stage: at.split('.')[0] ?? '', env: { HOLD: at, ...env } },
})

/** The service that is scanned has started, and never answers; its output is not in the log. */
const scanned = (act: Ending): Point => ({
  ...held('scan.dast', act),
  config: heldScanConfig,
  when: (mark) => findProcesses(mark).some((line) => line.includes('sleep 600')),
})

const cancels: readonly Point[] = [
  { at: 'preflight.cluster', act: 'SIGINT', when: /group::preflight\./, stage: 'preflight' },
  held('build.prepare', 'SIGTERM'),
  held('build.compile', 'SIGINT', { DEAF: '1' }),
  held('build.lint', 'SIGHUP'),
  held('build.analyze', 'two signals', { DEAF: '1' }),
  held('test.unit', 'SIGINT'),
  held('test.integration', 'SIGTERM'),
  { at: 'scan.sast', act: 'SIGINT', when: /group::scan\.sast/, stage: 'scan' },
  scanned('SIGINT'),
  { at: 'image.build', act: 'SIGINT', when: /holding image\.build$/m, stage: 'image' },
]

const kills: readonly Point[] = [
  held('test.integration', 'SIGKILL'),
  scanned('SIGKILL'),
  { at: 'image.build', act: 'SIGKILL', when: /holding image\.build$/m, stage: 'image' },
]

async function interrupt({
  at,
  act,
  when,
  config = heldConfig,
  env = {},
  inputs: more = {},
}: Point): Promise<{ result: BundleResult; runId: number; main: MainsEnd }> {
  const runId = run.newRun()
  // From the start, and with a status of its own: the runs of the other points are about the same commit.
  const inputs = { config, from: 'start', 'status-context': `Staging ${runId}`, ...more }
  const main = new MainsEnd(run, commit, runId)
  const result = await run.call({ runId, inputs, env, interrupt: { when, act }, beforePost: main.look })
  sayEnd(`${act} in ${at}`, result)
  results.push(result)
  return { result, runId, main }
}

describe.concurrent('a run that is cancelled before it deploys', () => {
  it.each(cancels)('ends in order: $act in $at', async (point) => {
    const { result, runId, main } = await interrupt(point)
    expectEndedByItself(result)
    const isAtOnce = point.act === 'two signals'
    main.expect(result, { atOnce: isAtOnce })
    await expectEnded(run, { commit, runId, result })
    const stages = new Map(result.report?.stages.map((stage) => [stage.id, stage.result]))
    if (isAtOnce) return
    expect(result.outputs.result).toBe('cancelled')
    expect(stages.get(point.stage), tail(result)).toBe('cancelled')
    expect(stages.get('deploy')).toBe('skipped')
    expect(result.postLog).not.toContain('ended from outside')
    const { statuses, deployments } = await run.githubOfRun(commit, runId)
    expect(statuses[0]?.description).toBe(`Cancelled in ${point.stage}.`)
    expect(deployments).toEqual([])
  })

  it('ends in order: SIGTERM while the registry does not answer to image.push', async () => {
    const registry = await startFaultyProxy(run.testbed.registry.address)
    const isPush = (request: string): boolean => /^PUT .*\/manifests\//.test(request)
    registry.fault = ({ method = '', url = '' }) => (isPush(`${method} ${url}`) ? { hang: true } : undefined)
    const image = `${registry.host}/acme/ai-gen-service`
    const { result, runId, main } = await interrupt({
      ...{ at: 'image.push', act: 'SIGTERM', stage: 'image', config: heldPushConfig },
      inputs: { image, stages: 'build, test, scan, image' },
      when: () => registry.requests.some(isPush),
    })
    await registry.close()
    expectEndedByItself(result)
    main.expect(result)
    await expectEnded(run, { commit, runId, result })
    const stages = result.report?.stages.map((stage) => [stage.id, stage.result])
    expect(stages, tail(result)).toContainEqual(['image', 'cancelled'])
    expect(stages).toContainEqual(['deploy', 'skipped'])
  })

  it('ends in order: SIGINT while GitHub does not answer to the fetch of the commit', async () => {
    const server = await startSilentServer()
    const runId = run.newRun()
    const workspace = join(run.folder, 'without-the-commit')
    git(
      run.folder,
      'clone',
      '--quiet',
      '--depth=1',
      '--branch=main',
      `file://${run.repository.bare}`,
      workspace,
    )
    git(workspace, 'remote', 'set-url', 'origin', `${server.url}/acme/ai-gen-service`)
    const main = new MainsEnd(run, commit, runId)
    const result = await run.call({
      ...{ runId, workspace, beforePost: main.look },
      inputs: { config: heldConfig, 'status-context': `Staging ${runId}` },
      interrupt: { when: () => server.connections() > 0, act: 'SIGINT' },
    })
    server.close()
    sayEnd('SIGINT in checkout', result)
    results.push(result)
    expectEndedByItself(result)
    main.expect(result)
    await expectEnded(run, { commit, runId, result })
    expect(result.outputs.result).toBe('cancelled')
    expect((await run.githubOfRun(commit, runId)).statuses[0]?.description).toBe('Cancelled in checkout.')
  })

  it('ends in order: SIGINT before there is a plan', async () => {
    const runId = run.newRun()
    const temporary = join(run.folder, `temp-${runId}`)
    mkdirSync(temporary)
    const when = (): boolean => readdirSync(temporary).length > 0
    const result = await run.call({
      ...{ runId, temporary, inputs: { config: heldConfig, from: 'start' } },
      interrupt: { when, act: 'SIGINT' },
    })
    sayEnd('SIGINT before the plan', result)
    results.push(result)
    expectEndedByItself(result)
    await expectEnded(run, { commit, runId, result })
    expect(result.outputs.result).toBe('cancelled')
  })
})

describe.concurrent('a run that is ended before its first line', () => {
  it.each<Ending>(['SIGINT', 'SIGKILL'])('has begun nothing, and post begins nothing: %s', async (act) => {
    const runId = run.newRun()
    const inputs = { config: heldConfig, 'status-context': `Staging ${runId}` }
    const result = await run.call({ runId, inputs, interrupt: { when: 'at spawn', act } })
    results.push(result)
    expect([result.killedBy, result.log]).toEqual([act, ''])
    expect(result.postExitCode, result.postLog).toBe(0)
    const said = result.postLog.split('\n').filter((line) => line !== '' && !line.startsWith('::add-mask::'))
    expect(said).toEqual([expect.stringMatching(/^The main step was ended before it had begun anything/)])
    expect(await run.githubOfRun(commit, runId)).toEqual({ statuses: [], checks: [], deployments: [] })
    expect([result.outputs, result.summary, result.left]).toEqual([{}, '', []])
    expect(findProcesses(result.mark)).toEqual([])
  })
})

describe.concurrent('a run that is killed before it deploys', () => {
  it.each(kills)('is ended by post: $at', async (point) => {
    const { result, runId } = await interrupt(point)
    expect(result.killedBy).toBe('SIGKILL')
    expect(result.postExitCode, result.postLog).toBe(0)
    expect(result.postLog).toContain('ended from outside')
    expect(result.postLog).toContain('Nothing of it was deployed')
    await expectEnded(run, { commit, runId, result })
  })
})

describe('all of them together', () => {
  it('leave nothing open in Vault, hold no lock, and tell no secret', async () => {
    expect(results).toHaveLength(cancels.length + kills.length + 5)
    await expectNothingOpen(staging)
    expect(staging.lockHolder()).toBe('')
    await expectNoSecret(run, commit, ...results)
  })
})
