import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { StagegateError, toStagegateError } from '../../../src/errors/index.ts'
import type { FetchDocument } from '../../../src/handover/collect-results.ts'
import { decideJob, type JobId, jobIds, jobNeeds } from '../../../src/handover/job.ts'
import { isPlanned } from '../../../src/handover/legs.ts'
import { narrowConfig } from '../../../src/handover/narrow-config.ts'
import { parseNeeds } from '../../../src/handover/needs.ts'
import { planJobs, type PlannedJobs } from '../../../src/handover/planned-jobs.ts'
import { callOf } from '../../../src/main/call-of.ts'
import { planJob } from '../../../src/main/jobs/plan-job.ts'
import { type Ledger, planPipeline, type Result } from '../../../src/pipeline/index.ts'
import type { Standing } from '../../../src/report/conclusion/call.ts'
import { concludeEarly } from '../../../src/report/conclusion/conclude-early.ts'
import { pushed } from '../../report/report-of.ts'
import { needsOf, readWorkflow } from '../../workflows/workflow.ts'
import { configOf, digest } from '../config-of.ts'
import {
  type Behaviour,
  cancelOf,
  type Middle,
  middle,
  outputOf,
  type Plan,
  runCall,
  type Script,
  scriptedStages,
  type Told,
} from './scripted-call.ts'

/** What GitHub says of a job; `missing`: it does not name the job. */
type Said = 'success' | 'failure' | 'cancelled' | 'skipped' | 'missing'
/** What the job itself handed over about its stage. */
type HandedOver = Result<unknown>['status']

interface Given {
  readonly applies: Readonly<Record<Middle, boolean>>
  readonly from: string
  readonly passed: readonly Middle[]
  readonly said: Readonly<Record<JobId, Said>>
  readonly handedOver: Readonly<Record<JobId, HandedOver>>
  /** The commit status before the call, written by a job of this run. */
  readonly before: Standing['state']
  /** How the stage of the job itself ends when it runs. */
  readonly own: Exclude<Behaviour, 'none'>
}

const each = <T>(ids: readonly string[], value: fc.Arbitrary<T>) =>
  fc.record(Object.fromEntries(ids.map((id) => [id, value]))) as fc.Arbitrary<never>
const given: fc.Arbitrary<Given> = fc.record({
  applies: each(middle, fc.constantFrom(true, true, true, false)),
  from: fc.constantFrom('auto', 'auto', 'start', ...middle, 'report'),
  passed: fc.subarray([...middle]),
  said: each(
    jobIds,
    fc.constantFrom<Said>(...Array<Said>(12).fill('success'), 'failure', 'cancelled', 'skipped', 'missing'),
  ),
  handedOver: each(
    jobIds,
    fc.constantFrom<HandedOver>(
      ...Array<HandedOver>(20).fill('success'),
      ...(['failure', 'cancelled', 'skipped'] as const),
    ),
  ),
  before: fc.constantFrom('success', 'failure', 'error', 'pending', 'none'),
  own: fc.constantFrom('succeeds', 'succeeds', 'succeeds', 'fails', 'throws', 'is cancelled'),
})

/** As preflight plans for all jobs; undefined where a gate is closed, and so no other job runs. */
function planAll(
  stages: Parameters<typeof planPipeline>[0],
  { from, passed }: Given,
): PlannedJobs | undefined {
  const ledger: Ledger = new Map(
    (from === 'start' ? [] : passed).map((id) => [id, { output: outputOf(id), from: 'run 7, attempt 1' }]),
  )
  const config = configOf({ selection: { stages: undefined, from } })
  try {
    return planJobs(planPipeline(stages, config as never, config.selection, ledger), config, 2)
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'E_GATE_CLOSED' })
    return undefined
  }
}

interface End extends Pick<Told, 'exitCode' | 'status'> {
  readonly result: string
  readonly ran: readonly string[]
  readonly jobs: PlannedJobs
  /** The commit status after the call. */
  readonly after: string
}

/** @param text the input `needs`, in place of what GitHub would say */
async function run(
  id: 'image-push' | 'deploy' | 'report',
  all: Given,
  text?: string,
): Promise<End | undefined> {
  const ran: string[] = []
  const cancelled = new AbortController()
  const stage = id === 'image-push' ? 'image' : id
  const script = Object.fromEntries(
    middle.map((name) => [name, !all.applies[name] ? 'none' : name === stage ? all.own : 'succeeds']),
  ) as Script
  const stages = scriptedStages(script, ran, cancelOf(cancelled))
  const jobs = planAll(stages, all)
  if (jobs === undefined || (id !== 'report' && !isPlanned(id, jobs))) return undefined

  const job = decideJob([id === 'image-push' ? 'image.push' : id], { shard: undefined, platform: undefined })
  const config: Config = narrowConfig(configOf(), job)
  const plan: Plan = planPipeline(stages, config, config.selection, new Map())
  const before: Standing = { state: all.before, isOwn: true }
  const about = callOf(config, job, id === 'report' ? before : undefined)
  const after = (status: string | undefined): string => status ?? (id === 'report' ? all.before : 'pending')
  try {
    const needs = parseNeeds(text ?? JSON.stringify(needsFor(id, jobs, all)))
    const planned = await planJob({ job, config, needs, plan, fetchDocument: fetchFor(all), startedAt: 0 })
    const told = await runCall(config, { stages, plan: planned.plan, about, cancelled })
    return { ...told, result: told.outputs.result!, ran, jobs, after: after(told.status) }
  } catch (thrown) {
    const error = toStagegateError(thrown)
    expect(['E_GATE_CLOSED', 'E_JOB_INVALID']).toContain(error.code)
    const { result, exitCode, commitStatus } = concludeEarly(error, 'plan')
    return { result, exitCode, status: commitStatus, ran, jobs, after: after(commitStatus) }
  }
}

/** `${{ toJSON(needs) }}` of a job. */
function needsFor(id: JobId, jobs: PlannedJobs, { said }: Given): object {
  const reference = `result@sha256:${'a'.repeat(64)}`
  const legs = Object.fromEntries(Array.from({ length: 8 }, (_, leg) => [`leg-${leg}`, reference]))
  const image = pushed.status === 'success' ? (pushed.output as { repository: string }).repository : ''
  const outputs = {
    ...{ jobs: JSON.stringify(jobs), 'handed-over': reference, ...legs },
    ...{ image: `${image}@${digest}`, 'image-tags': 'v1.1.0-staging' },
  }
  return Object.fromEntries(
    jobNeeds[id].flatMap((need) =>
      said[need] === 'missing' ? [] : [[need, { result: said[need], outputs }]],
    ),
  )
}

function fetchFor({ handedOver }: Given): FetchDocument {
  const error = new StagegateError('E_COMMAND_FAILED', { message: 'It failed.' })
  const results: Readonly<Record<HandedOver, Result<unknown>>> = {
    success: { status: 'success', output: {} },
    failure: { status: 'failure', error },
    cancelled: { status: 'cancelled' },
    skipped: { status: 'skipped', reason: 'it says so', blocked: false },
  }
  return (_, { id, part }) => {
    const stage = id.startsWith('image') ? 'image' : id
    const output = outputOf(stage)
    const result = results[handedOver[id]]
    const document = { job: id, part, startedAt: 0, warnings: [] }
    return Promise.resolve({
      document: document as never,
      stages: [
        { id: stage, result: result.status === 'success' ? { ...result, output } : result, steps: [] },
      ],
    })
  }
}

/** Whether a job passed that was planned: GitHub and the job itself both say so. */
function hasPassed(id: JobId, { jobs }: End, { said, handedOver }: Given): boolean {
  return !isPlanned(id, jobs) || (said[id] === 'success' && handedOver[id] === 'success')
}

const RUNS = { numRuns: 500 }
const some = (id: 'image-push' | 'deploy' | 'report', check: (end: End, all: Given) => void) =>
  fc.assert(
    fc.asyncProperty(given, async (all) => {
      const end = await run(id, all)
      fc.pre(end !== undefined)
      check(end, all)
    }),
    RUNS,
  )

describe('a job of the reusable workflow', () => {
  it('waits for the jobs that the file of the workflow names', () => {
    const { jobs } = readWorkflow('.github/workflows/staging.yml')
    expect(Object.fromEntries(jobIds.map((id) => [id, needsOf(jobs[id]!)]))).toEqual(jobNeeds)
  })

  it.each(['image-push', 'deploy', 'report'] as const)(
    '%s ends with 0 exactly when its result is success, and writes success only then',
    async (id) => {
      await some(id, ({ exitCode, result, status }) => {
        expect(exitCode === 0).toBe(result === 'success')
        if (status === 'success') expect(exitCode).toBe(0)
      })
    },
  )

  it.each(['deploy', 'report'] as const)('%s ends with a terminal status that agrees', async (id) => {
    await some(id, ({ exitCode, after }) => {
      expect(['success', 'failure', 'error']).toContain(after)
      expect(after === 'success').toBe(exitCode === 0)
    })
  })

  it('image-push leaves a status that waits only when it ends with 0', async () => {
    await some('image-push', ({ exitCode, after }) => {
      expect(after === 'pending').toBe(exitCode === 0)
    })
  })

  it('image-push pushes only when every planned job before it passed, as GitHub and the job say', async () => {
    await some('image-push', (end, all) => {
      if (!end.ran.includes('image')) return
      const before = jobNeeds['image-push'].filter((id) => id !== 'preflight')
      for (const id of before) expect([id, hasPassed(id, end, all)]).toEqual([id, true])
      expect(all.said.preflight).toBe('success')
    })
  })

  it('deploy deploys only when GitHub says of every planned job before it that it succeeded', async () => {
    await some('deploy', (end, all) => {
      if (!end.ran.includes('deploy')) return
      const before = jobNeeds.deploy.filter((id) => isPlanned(id, end.jobs))
      for (const id of before) expect([id, all.said[id]]).toEqual([id, 'success'])
    })
  })

  it('report is green exactly when every planned job passed, and everything that applies was planned', async () => {
    await some('report', (end, all) => {
      const passed = jobNeeds.report.every((id) => hasPassed(id, end, all))
      const planned = middle.every((id) => !all.applies[id] || end.jobs[id] !== 'none')
      expect(end.exitCode === 0).toBe(passed && planned)
    })
  })

  it('report is red, and names what is wrong, whatever planned job is skipped or missing', async () => {
    for (const id of jobNeeds.report) {
      for (const what of ['skipped', 'missing'] as const) {
        const all = { ...good, said: { ...good.said, [id]: what } }
        const end = await run('report', all)
        expect([id, what, end?.result, end?.after]).toEqual([id, what, 'failure', 'failure'])
      }
    }
  })

  it('report is cancelled where a planned job was skipped and any job was cancelled', async () => {
    const all = { ...good, said: { ...good.said, test: 'skipped', build: 'cancelled' } as Given['said'] }
    expect(await run('report', all)).toMatchObject({ result: 'cancelled', after: 'error' })
  })

  // What other people's gates are tried with.
  it.each(['{}', 'null', '[]', '{', '{"build":"success"}', '{"build":{}}', '{"build":{"result":""}}'])(
    'report is never green with the needs %s',
    async (text) => {
      const { jobs, result } = await run('report', good, text).then((end) => ({ ...end! }))
      expect([jobs.build, result]).toEqual(['run', 'failure'])
    },
  )

  it('report is red where it knows of no job at all', async () => {
    const said = Object.fromEntries(jobIds.map((id) => [id, 'missing'])) as Given['said']
    expect(await run('report', { ...good, said })).toMatchObject({ result: 'failure', after: 'failure' })
  })
})

const good: Given = {
  applies: { build: true, test: true, scan: true, image: true, deploy: true },
  from: 'auto',
  passed: [],
  said: Object.fromEntries(jobIds.map((id) => [id, 'success'])) as Given['said'],
  handedOver: Object.fromEntries(jobIds.map((id) => [id, 'success'])) as Given['handedOver'],
  before: 'pending',
  own: 'succeeds',
}
