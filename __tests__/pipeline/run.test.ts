import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StagegateError } from '../../src/errors/index.ts'
import { type PipelineResult, planPipeline, runPipeline, type StageResult } from '../../src/pipeline/index.ts'
import { conclude, type Conclusion } from '../../src/report/conclusion/conclude.ts'
import { call } from '../report/report-of.ts'
import { buildStages, type Script, silentSurroundings, stageIds } from './scripted-stages.ts'

type Behaviour = Script[string]['behaviour']

const behaviour = fc.constantFrom<Behaviour>(
  'succeed',
  'fail',
  'throw',
  'advisory-failure',
  'not-applicable',
  'abort',
  'fail-after-abort',
)
const script = fc.record(
  Object.fromEntries(stageIds.map((id) => [id, fc.record({ behaviour })])),
) as fc.Arbitrary<Script>

async function run(
  behaviours: Script,
  abortFirst = false,
): Promise<{ result: PipelineResult & { status: Conclusion['result'] }; ran: readonly string[] }> {
  const controller = new AbortController()
  const { stages, ran } = buildStages(behaviours, controller)
  if (abortFirst) controller.abort(cancelled())
  const plan = planPipeline(stages, {}, { stages: undefined, from: 'auto' }, new Map())
  const result = await runPipeline({
    stages,
    plan,
    systems: {},
    surroundings: silentSurroundings(),
    signal: controller.signal,
    lastSignal: new AbortController().signal,
    concurrency: 2,
    listen: () => undefined,
  })
  return { result: { ...result, status: conclude(result.stages, call).result }, ran }
}

const cancelled = () => new StagegateError('E_CANCELLED', { message: 'The run was cancelled.' })

function indexOfStop(stages: readonly StageResult[]): number {
  return stages.findIndex((each) => each.result.status === 'failure' || each.result.status === 'cancelled')
}

describe('a pipeline', () => {
  it('gives every stage exactly one result, in the order of the sequence', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (behaviours) => {
        const { result } = await run(behaviours)
        expect(result.stages.map((each) => each.id)).toEqual(stageIds)
      }),
    )
  })

  it('runs nothing after a critical failure or a cancel but the report', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (behaviours) => {
        const { result, ran } = await run(behaviours)
        const stop = indexOfStop(result.stages)
        if (stop < 0) return
        for (const later of result.stages.slice(stop + 1)) {
          if (later.id === 'report') continue
          const applies = behaviours[later.id]?.behaviour !== 'not-applicable'
          expect(later.result).toMatchObject({ status: 'skipped', blocked: applies })
          expect(ran).not.toContain(later.id)
        }
      }),
    )
  })

  it('always runs the report, once, and shows it every result before it', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.boolean(), async (behaviours, abortFirst) => {
        const { ran } = await run({ ...behaviours, report: { behaviour: 'succeed' } }, abortFirst)
        expect(ran.filter((id) => id === 'report')).toHaveLength(1)
      }),
    )
  })

  it('ends with every later stage not run when it is aborted at any stage', async () => {
    for (const [index, id] of stageIds.slice(0, -1).entries()) {
      const behaviours = Object.fromEntries(
        stageIds.map((each) => [each, { behaviour: each === id ? 'abort' : 'succeed' } as const]),
      )
      const { result } = await run(behaviours)
      expect(result.status).toBe('cancelled')
      expect(result.stages[index]?.result.status).toBe('cancelled')
      for (const later of result.stages.slice(index + 1, -1)) expect(later.result.status).toBe('skipped')
    }
  })

  it('is a success only when no stage failed or was cancelled', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (behaviours) => {
        const { result } = await run(behaviours)
        expect(result.status === 'success').toBe(indexOfStop(result.stages) < 0)
      }),
    )
  })

  it('keeps one result for each planned step of every stage that was planned', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (behaviours) => {
        const { result } = await run(behaviours)
        for (const stage of result.stages) {
          if (behaviours[stage.id]?.behaviour === 'not-applicable') continue
          expect(stage.steps.map((step) => step.id)).toEqual(['first', 'second'])
        }
      }),
    )
  })

  it('is cancelled, not failed, when it is aborted before anything runs', async () => {
    const succeed = Object.fromEntries(stageIds.map((id) => [id, { behaviour: 'succeed' } as const]))
    const { result, ran } = await run(succeed, true)
    expect(result.status).toBe('cancelled')
    expect(ran).toEqual(['report'])
  })

  it('starts nothing after a stage of another job that was kept from running', async () => {
    const ran: string[] = []
    const { stages, ran: started } = buildStages({}, new AbortController())
    const all = planPipeline(stages, {}, { stages: undefined, from: 'auto' }, new Map())
    const kept: StageResult['result'] = { status: 'skipped', reason: 'nobody knows', blocked: true }
    const plan = all.map((each) =>
      each.id === 'test'
        ? { id: 'test', kind: 'ended' as const, told: false, result: { id: 'test', result: kept, steps: [] } }
        : each,
    )
    const result = await runPipeline({
      ...{ stages, plan, systems: {}, surroundings: silentSurroundings(), concurrency: 2 },
      signal: new AbortController().signal,
      lastSignal: new AbortController().signal,
      listen: (event) => {
        if (event.kind === 'stage-started') ran.push(event.stage)
      },
    })
    expect(started).toEqual(['preflight', 'checkout', 'build', 'report'])
    expect(ran).toEqual(started)
    expect(conclude(result.stages, call).result).toBe('failure')
  })

  it('keeps the error that a step failed with when the cancel came after it', async () => {
    const behaviours = Object.fromEntries(
      stageIds.map((id) => [id, { behaviour: id === 'build' ? 'fail-after-abort' : 'succeed' } as const]),
    )
    const { result } = await run(behaviours)
    expect(result.stages.find((each) => each.id === 'build')?.result).toMatchObject({
      status: 'failure',
      error: { code: 'E_COMMAND_FAILED' },
    })
  })
})

describe('a stage that has passed, and whose traces are made again', () => {
  const entry = { output: { made: 'earlier' }, from: 'run 77, attempt 1' }
  const resume = async (behaviours: Script) => {
    const { stages, ran } = buildStages(behaviours, new AbortController())
    const ledger = new Map([['build', entry]])
    const plan = planPipeline(stages, {}, { stages: undefined, from: 'auto' }, ledger).map((stage) => {
      const decision = stages.build!.plan({})
      if (stage.kind !== 'passed' || !decision.run) return stage
      return { ...stage, again: { reason: 'test needs it', steps: decision.steps, decision } }
    })
    const events: string[] = []
    const result = await runPipeline({
      ...{ stages, plan, systems: {}, surroundings: silentSurroundings(), concurrency: 2 },
      signal: new AbortController().signal,
      lastSignal: new AbortController().signal,
      listen: (event) =>
        events.push(`${event.kind} ${typeof event.stage === 'string' ? event.stage : event.stage.id}`),
    })
    const { result: status } = conclude(result.stages, call)
    return {
      result: { ...result, status },
      ran,
      events,
      build: result.stages.find(({ id }) => id === 'build'),
    }
  }

  it('runs these steps before the stages after it, and stays what it was', async () => {
    const { result, ran, events, build } = await resume({})
    expect(result.status).toBe('success')
    expect(ran.slice(2, 4)).toEqual(['build', 'test'])
    expect(build).toMatchObject({
      result: { status: 'success', output: entry.output },
      resumedFrom: entry.from,
      steps: [{ id: 'first' }, { id: 'second' }],
    })
    expect(events).toContain('stage-started build')
  })

  it('is no pass any more when they fail: nothing after it runs', async () => {
    const { result, build, ran } = await resume({ build: { behaviour: 'fail' } })
    expect(result.status).toBe('failure')
    expect(build?.result.status).toBe('failure')
    expect(build?.resumedFrom).toBeUndefined()
    expect(ran).not.toContain('test')
  })
})
