import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitAll, git } from '../../../script/lib/demo/sample-repository.ts'
import type { EarlierJobs, JobsEnd } from '../../workflows/run-jobs.ts'
import { needsOf } from '../../workflows/workflow.ts'
import { tail } from '../expectations.ts'
import { prepare } from './matrix.ts'
import { removeSmallService } from './remove-small-service.ts'
import { SecureRun, type SecureOptions } from './secure-run.ts'

let run: SecureRun
let first: JobsEnd
beforeAll(async () => {
  run = await SecureRun.open()
  first = await run.run({ inputs: { 'test-shards': 2 } })
})
afterAll(async () => {
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

const ids = [
  ...['preflight', 'build', 'test', 'scan'],
  ...['image-build', 'image-push', 'deploy', 'report'],
] as const
const everyLog = (): string =>
  [...run.results].map(([name, result]) => `### ${name}\n${tail(result)}`).join('\n')
const resultsOf = ({ jobs }: JobsEnd): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(jobs).map(([id, { result }]) => [id, result]))

describe('the jobs of the reusable workflow', () => {
  it('take a commit to the cluster', async () => {
    expect(resultsOf(first), everyLog()).toEqual(Object.fromEntries(ids.map((id) => [id, 'success'])))
    expect(first.outputs).toMatchObject({ result: 'success', 'failed-stage': '' })
    expect(first.outputs.image).toMatch(/@sha256:[0-9a-f]{64}$/)
    const { statuses, checks, deployments } = await run.github()
    expect(statuses[0]).toMatchObject({ state: 'success' })
    expect(deployments.map(({ statuses: all }) => all.at(-1)?.state)).toEqual(['success'])
    expect(new Set(checks.map(({ conclusion }) => conclusion))).toEqual(new Set(['success']))
  })
})

/** A job with all that need it, and those that need these: what GitHub's button runs. */
function withDependents(id: string): ReadonlySet<string> {
  const found = new Set([id])
  for (const [each, job] of Object.entries(run.workflow.jobs)) {
    if (needsOf(job).some((need) => found.has(need))) found.add(each)
  }
  return found
}

let attempt = 1
/** Another attempt of the first run, in which only these jobs run; the names of those that did. */
async function rerun(
  again: ReadonlySet<string>,
  earlier: EarlierJobs = {},
  options: SecureOptions = {},
): Promise<{ readonly end: JobsEnd; readonly ran: readonly string[] }> {
  attempt += 1
  run.results.clear()
  const kept = Object.fromEntries(Object.entries(first.jobs).filter(([id]) => !again.has(id)))
  const end = await run.run({
    ...{ attempt, inputs: { 'test-shards': 2 }, earlier: { ...kept, ...earlier } },
    ...options,
  })
  return { end, ran: [...run.results.keys()] }
}

describe("GitHub's button to run a job again", () => {
  it.each(ids.filter((id) => id !== 'preflight'))(
    'runs %s and what depends on it, with what the others left in the first attempt',
    async (id) => {
      const { end, ran } = await rerun(withDependents(id))
      expect(new Set(ran.map((name) => name.split(' ')[0]))).toEqual(withDependents(id))
      expect(new Set(Object.values(resultsOf(end))), everyLog()).toEqual(new Set(['success']))
      expect(end.outputs).toMatchObject({ result: 'success', image: first.outputs.image })
      expect((await run.github()).statuses[0]?.state).toBe('success')
    },
  )

  it('runs one leg of a matrix, and takes the other as it was', async () => {
    const again = withDependents('test')
    const { end, ran } = await rerun(again, { test: { ...first.jobs.test!, leg: 1 } })
    expect(ran.filter((name) => name.startsWith('test'))).toEqual(['test (2/2)'])
    expect(end.outputs, everyLog()).toMatchObject({ result: 'success' })
  })

  it('runs preflight and so all jobs: what has passed is taken from the ledger, but for the deployment', async () => {
    const { end, ran } = await rerun(new Set(ids))
    expect(ran).toEqual(['preflight', 'deploy', 'report'])
    expect(resultsOf(end), everyLog()).toMatchObject({
      test: 'skipped',
      deploy: 'success',
      report: 'success',
    })
    expect(end.outputs.image).toBe(first.outputs.image)
  })
})

describe('a commit that was pushed once', () => {
  it('is taken from the ledger by a later run, but for its deployment', async () => {
    run.newRun()
    const end = await run.run({ inputs: { 'test-shards': 2 } })
    expect(resultsOf(end), everyLog()).toEqual({
      ...Object.fromEntries(ids.map((id) => [id, 'skipped'])),
      ...{ preflight: 'success', deploy: 'success', report: 'success' },
    })
    expect(end.outputs.image).toBe(first.outputs.image)
  })

  it('deploys again in another attempt, with what the jobs of the one that failed handed over', async () => {
    run.newRun()
    const failed = await run.run({
      inputs: { from: 'start' },
      onCall: async (call, go) => (call.job === 'deploy' ? { result: 'failure', outputs: {} } : go()),
    })
    expect(resultsOf(failed), everyLog()).toMatchObject({
      ...{ 'image-push': 'success', deploy: 'failure', report: 'failure' },
    })
    const { state, description } = (await run.github()).statuses[0] ?? {}
    expect(`${state}: ${description}`).toMatch(/^failure: .*deploy/)

    const again = ['deploy', 'report']
    const earlier = Object.fromEntries(Object.entries(failed.jobs).filter(([id]) => !again.includes(id)))
    const second = await run.run({ inputs: { from: 'start' }, attempt: 2, earlier })
    expect(resultsOf(second), everyLog()).toMatchObject({
      ...{ build: 'success', deploy: 'success', report: 'success' },
    })
    expect((await run.github()).statuses[0]?.state).toBe('success')
  })
})

describe('a run by hand', () => {
  it('starts again at the stage that is asked for', async () => {
    run.newRun()
    const end = await run.run({ inputs: { from: 'scan' } })
    expect(resultsOf(end), everyLog()).toMatchObject({
      ...{ test: 'skipped', scan: 'success', deploy: 'success', report: 'success' },
    })
  })
})

describe('a run that is cancelled', () => {
  it.each([
    { job: 'build', at: /^holding$/m, stage: 'build' },
    { job: 'image-push', at: /group::image\.push/, stage: 'image' },
    { job: 'deploy', at: /group::deploy\.manifests/, stage: 'deploy' },
  ])(
    'in $job ends each job by itself, hands over and is reported as cancelled',
    async ({ job, at, stage }) => {
      run.newRun()
      run.results.clear()
      const { folder } = run.repository
      prepare(folder, job === 'build' ? 'holds' : 'success', `Cancel in ${job}`)
      commitAll(folder, `Cancel in ${job}`)
      git(folder, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
      const end = await run.run({ cancel: { job, at } })
      expect(end.jobs[job]?.result, everyLog()).toBe('cancelled')
      for (const [name, result] of run.results) {
        // A process that has not said a word yet has no say in how it ends.
        const killedBy = result.log === '' ? result.killedBy : null
        expect([name, result.killedBy, result.escalations]).toEqual([name, killedBy, []])
      }
      expect(end.outputs.result, everyLog()).toBe('cancelled')
      const { statuses, deployments } = await run.github()
      expect(statuses[0]?.description).toBe(`Cancelled in ${stage}.`)
      expect(deployments.map(({ statuses: all }) => all.at(-1)?.state)).not.toContain('success')
    },
  )
})
