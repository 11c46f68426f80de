import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { callOf } from '../../../src/main/call-of.ts'
import { type Ledger, planPipeline } from '../../../src/pipeline/index.ts'
import { isReportAlone, type Standing } from '../../../src/report/conclusion/call.ts'
import { configOf } from '../config-of.ts'
import {
  type Behaviour,
  cancelOf,
  type Middle,
  middle,
  outputOf,
  runCall,
  type Script,
  scriptedStages,
  type Told,
} from './scripted-call.ts'

interface Given {
  readonly script: Script
  /** What the ledger has; a pass counts for a stage that applies. */
  readonly passed: readonly Middle[]
  readonly asked: readonly string[] | undefined
  readonly from: string
  readonly mayDeploy: boolean
  readonly isFork: boolean
  /** The commit status before the call. */
  readonly before: Standing
}

const given: fc.Arbitrary<Given> = fc.record({
  script: fc.record(
    Object.fromEntries(
      middle.map((id) => [
        id,
        fc.constantFrom<Behaviour>(
          'succeeds',
          'succeeds',
          'succeeds',
          'none',
          'fails',
          'throws',
          'is cancelled',
        ),
      ]),
    ),
  ),
  passed: fc.subarray([...middle]),
  asked: fc.option(fc.subarray([...middle, 'report'], { minLength: 1 }), { nil: undefined }),
  from: fc.constantFrom('auto', 'auto', 'start', ...middle, 'report'),
  mayDeploy: fc.boolean(),
  isFork: fc.boolean(),
  before: fc.record({
    state: fc.constantFrom('success', 'failure', 'error', 'pending', 'none'),
    isOwn: fc.boolean(),
  }),
})

interface End extends Told {
  readonly ran: readonly string[]
  /** The commit status after the call. */
  readonly after: string
}

async function run({ script, passed, asked, from, before, ...event }: Given): Promise<End> {
  const ran: string[] = []
  const cancelled = new AbortController()
  const stages = scriptedStages(script, ran, cancelOf(cancelled))
  const selection: Config['selection'] = {
    ...{ stages: asked, from },
    ...(event.isFork ? { noLedger: true } : {}),
  }
  const config = configOf({ selection, mayDeploy: event.mayDeploy && !event.isFork })
  const usable = event.isFork || from === 'start' ? [] : passed
  const ledger: Ledger = new Map(usable.map((id) => [id, { output: outputOf(id), from: 'run 7, attempt 1' }]))
  const plan = planPipeline(stages, config, selection, ledger)
  const judges = isReportAlone(asked)
  const about = callOf(config, undefined, judges ? before : undefined)
  const told = await runCall(config, { stages, plan, about, cancelled })
  return { ...told, ran, after: told.status ?? (judges ? before.state : 'pending') }
}

const isLast = ({ asked }: Given): boolean =>
  asked === undefined || asked.includes('deploy') || asked.includes('report')
const RUNS = { numRuns: 500 }

describe('a call of the pipeline or of some stages of it', () => {
  it('says the same in its exit code, output, summary and report', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (all) => {
        const { exitCode, outputs, summary, reported } = await run(all)
        expect(exitCode === 0).toBe(outputs.result === 'success')
        expect(reported).toBe(outputs.result)
        expect(/^## [✅➖]/u.test(summary)).toBe(exitCode === 0)
        expect(outputs['failed-stage'] !== '').toBe(outputs.result === 'failure')
      }),
      RUNS,
    )
  })

  it('writes success only when it ends with 0, and leaves pending only then', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (all) => {
        const { exitCode, status, after } = await run(all)
        if (status === 'success') expect(exitCode).toBe(0)
        if (after === 'pending' && all.mayDeploy && !all.isFork)
          expect([exitCode, isLast(all)]).toEqual([0, false])
      }),
      RUNS,
    )
  })

  it('that is the last of its pipeline ends with a terminal status that agrees with it', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (all) => {
        fc.pre(isLast(all) && all.mayDeploy && !all.isFork)
        const { exitCode, after } = await run(all)
        expect(['success', 'failure', 'error']).toContain(after)
        expect(after === 'success').toBe(exitCode === 0)
      }),
      RUNS,
    )
  })

  it('writes no status for an event that may not deploy', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (all) => {
        expect((await run({ ...all, mayDeploy: false })).status).toBeUndefined()
      }),
    )
  })

  it('pushes and deploys only when everything before it that applies has passed', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (all) => {
        const { ran } = await run(all)
        const hasPassed = (id: Middle): boolean =>
          all.script[id] === 'none' ||
          (ran.includes(id) ? all.script[id] === 'succeeds' : all.passed.includes(id) && !all.isFork)
        for (const effect of ['image', 'deploy'] as const) {
          if (!ran.includes(effect)) continue
          for (const id of middle.slice(0, middle.indexOf(effect)))
            expect([id, hasPassed(id)]).toEqual([id, true])
        }
      }),
      RUNS,
    )
  })

  const nothing: Given = {
    script: { build: 'succeeds', test: 'succeeds', scan: 'succeeds', image: 'none', deploy: 'none' },
    passed: [],
    asked: undefined,
    from: 'auto',
    mayDeploy: true,
    isFork: false,
    before: { state: 'none', isOwn: false },
  }
  it.each<[string, Partial<Given>]>([
    ['report alone', { asked: ['report'] }],
    ['report alone, of a pull request', { asked: ['report'], mayDeploy: false }],
    ['everything from deploy, which does not apply', { from: 'deploy' }],
    ['everything from image, which does not apply', { from: 'image' }],
    ['everything from the report', { from: 'report' }],
    ['deploy alone, with nothing to deploy', { asked: ['deploy'] }],
    ['image alone, with nothing to push', { asked: ['image'] }],
  ])('of %s is never green when nothing has passed', async (_, more) => {
    const { exitCode, outputs, status } = await run({ ...nothing, ...more })
    expect([exitCode, outputs.result]).toEqual([1, 'failure'])
    expect(['failure', 'error', undefined]).toContain(status)
  })
})
