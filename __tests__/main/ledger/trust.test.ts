import { describe, expect, test } from 'vitest'
import {
  type LedgerForm,
  type LedgerReader,
  needsProof,
  type PassWriter,
  refuteWriter,
  type RunFacts,
} from '../../../src/main/ledger/trust.ts'

const workflow = '.github/workflows/staging.yml'
const headCommit = 'c'.repeat(40)
const called = 'stagegate/stagegate/.github/workflows/staging.yml'
const oneJob: LedgerForm = { kind: 'one-job', job: 'staging' }
const steps: LedgerForm = { kind: 'steps' }
const reusable: LedgerForm = {
  kind: 'reusable',
  called,
  writers: ['report'],
  stageJobs: { build: 'build', scan: 'scan' },
}
const readerIn = (form: LedgerForm, more: Partial<LedgerReader> = {}): LedgerReader => ({
  form,
  ...{ repository: 'acme/ai-gen-service', headCommit, run: '77', attempt: 2, workflow },
  ...more,
})
const writerOf = (more: Partial<PassWriter> = {}): PassWriter => ({
  ...{ run: '76', attempt: 1, workflow, job: 'staging', runner: 'GitHub Actions 7' },
  ...more,
})
const job = (name: string, conclusion: string | undefined = 'success', runner = 'GitHub Actions 1') => ({
  name,
  runner,
  conclusion,
})
const factsOf = (more: Partial<RunFacts> = {}): RunFacts => ({
  ...{ repository: 'acme/ai-gen-service', headRepository: 'acme/ai-gen-service', headCommit },
  ...{ event: 'push', workflow, called: [], jobs: [job('staging', 'failure')] },
  ...more,
})

describe('who may write the ledger', () => {
  test.each<[string, LedgerForm, Partial<PassWriter>]>([
    ['an earlier step of the same job', steps, { run: '77', attempt: 2 }],
    ['an earlier job of the same run', steps, { run: '77', attempt: 2, job: 'build' }],
    ['an earlier attempt', oneJob, { run: '77', attempt: 1 }],
  ])('%s needs no proof', (_, form, more) => {
    const reader = readerIn(form)
    expect(needsProof(writerOf(more), reader)).toBe(false)
    expect(refuteWriter('build', writerOf(more), reader, undefined)).toBeUndefined()
  })

  test.each<[string, Partial<RunFacts>]>([
    ['by the name of its job', {}],
    ['in one of several of a matrix', { jobs: [job('lint'), job('staging (api, eu)')] }],
    [
      'by its runner, when the job has a name of its own',
      { jobs: [job('To staging', 'failure', 'GitHub Actions 7')] },
    ],
    [
      'whatever the case of the repository',
      { repository: 'Acme/AI-gen-service', headRepository: 'ACME/ai-gen-service' },
    ],
    ['of another event', { event: 'workflow_dispatch' }],
  ])('another run of the workflow is believed %s', (_, more) => {
    expect(needsProof(writerOf(), readerIn(oneJob))).toBe(true)
    expect(refuteWriter('build', writerOf(), readerIn(oneJob), factsOf(more))).toBeUndefined()
  })

  test.each<[string, LedgerForm, Partial<PassWriter>, RunFacts | undefined, string]>([
    ['another job', oneJob, { job: 'lint' }, factsOf(), 'the job lint does not write'],
    ['another job of this very run', oneJob, { run: '77', job: 'lint' }, undefined, 'the job lint'],
    [
      'this very attempt, in which no such call was before',
      oneJob,
      { run: '77', attempt: 2 },
      undefined,
      'attempt 2',
    ],
    ['an attempt that has not been', steps, { run: '77', attempt: 3 }, undefined, 'attempt 3'],
    ['an attempt that has not been', oneJob, { run: '77', attempt: 3 }, undefined, 'attempt 3'],
    [
      'another workflow of this very run',
      oneJob,
      { run: '77', workflow: 'x.yml' },
      undefined,
      'another workflow',
    ],
    ['another workflow', steps, { workflow: '.github/workflows/lint.yml' }, factsOf(), 'another workflow'],
    ['a run that is not known', oneJob, {}, undefined, 'knows no such run'],
    ['a run of another repository', oneJob, {}, factsOf({ repository: 'acme/other' }), 'acme/other'],
    [
      'a run for a fork',
      oneJob,
      {},
      factsOf({ headRepository: 'mallory/ai-gen-service' }),
      'the fork mallory',
    ],
    ['a run for a deleted fork', oneJob, {}, factsOf({ headRepository: '' }), 'the fork '],
    ['a run for another commit', oneJob, {}, factsOf({ headCommit: 'b'.repeat(40) }), 'for the commit bbb'],
    [
      'a run of another workflow',
      oneJob,
      {},
      factsOf({ workflow: '.github/workflows/x.yml' }),
      'the workflow .github/workflows/x.yml',
    ],
    [
      'a run of pull_request_target',
      oneJob,
      {},
      factsOf({ event: 'pull_request_target' }),
      'pull_request_target',
    ],
    [
      'a run without such a job',
      oneJob,
      {},
      factsOf({ jobs: [job('lint'), job('staging-2'), job('x staging')] }),
      'no job staging',
    ],
    ['a run without any job', steps, { job: '' }, factsOf({ jobs: [job('')] }), 'no job '],
  ])('nobody believes %s', (_, form, more, facts, why) => {
    expect(refuteWriter('build', writerOf(more), readerIn(form), facts)).toContain(why)
  })

  test('a runner that does not name its workflow believes its own run only', () => {
    const reader = readerIn(oneJob, { workflow: undefined })
    expect(refuteWriter('build', writerOf({ workflow: '' }), reader, factsOf())).toContain('does not name')
    expect(
      refuteWriter('build', writerOf({ run: '77', attempt: 1, workflow: '' }), reader, undefined),
    ).toBeUndefined()
  })
})

describe('who may write the ledger of the reusable workflow', () => {
  const writer = writerOf({ run: '77', job: 'report' })
  const jobs = [job('staging / build'), job('staging / scan (semgrep)'), job('staging / scan (osv)')]
  const facts = factsOf({ called: [called], jobs })
  const refute = (stage: string, more: Partial<RunFacts> = {}, from = writer) =>
    refuteWriter(stage, from, readerIn(reusable), { ...facts, ...more })

  test('its trusted job, for stages whose own jobs GitHub calls a success', () => {
    expect(needsProof(writer, readerIn(reusable))).toBe(true)
    expect(refute('build')).toBeUndefined()
    expect(refute('scan')).toBeUndefined()
  })

  test.each<[string, string, Partial<RunFacts>, PassWriter]>([
    ['the job that ran the code', 'build', {}, writerOf({ run: '77', job: 'build' })],
    ['a run that calls nothing', 'build', { called: [] }, writer],
    ['a run that calls another workflow of that name', 'build', { called: [`mallory/${called}`] }, writer],
    ['a stage whose job failed', 'build', { jobs: [job('staging / build', 'failure')] }, writer],
    [
      'a stage whose job is still running',
      'build',
      { jobs: [{ ...job('staging / build'), conclusion: undefined }] },
      writer,
    ],
    [
      'a stage of which one job of a matrix failed',
      'scan',
      { jobs: [...jobs, job('staging / scan (dast)', 'failure')] },
      writer,
    ],
    ['a stage without a job in this form', 'image', {}, writer],
    ['a stage whose job was not there', 'build', { jobs: jobs.slice(1) }, writer],
  ])('but not %s', (_, stage, more, from) => {
    expect(refute(stage, more, from)).toEqual(expect.any(String))
  })

  describe('where one run calls it for several services', () => {
    const reporter = writerOf({ run: '77', job: 'report', runner: 'GitHub Actions 9' })
    const both = [
      ...[job('api / build'), job('api / scan (osv)'), job('api / report', undefined, 'GitHub Actions 9')],
      ...[job('worker / build', 'skipped'), job('worker / scan (osv)', 'failure')],
      job('worker / report', undefined, 'GitHub Actions 10'),
    ]

    test('is not refuted by what became of another service', () => {
      expect(refute('build', { jobs: both }, reporter)).toBeUndefined()
      expect(refute('scan', { jobs: both }, reporter)).toBeUndefined()
    })

    test('is not borne out by another service either', () => {
      const other = { ...reporter, runner: 'GitHub Actions 10' }
      expect(refute('scan', { jobs: both }, other)).toContain('did not succeed')
    })

    test('needs all of them where the name of a runner tells nothing', () => {
      const shared = both.map((each) => ({ ...each, runner: 'box' }))
      expect(refute('build', { jobs: shared }, { ...reporter, runner: 'box' })).toContain('did not succeed')
      expect(refute('build', { jobs: both }, { ...reporter, runner: '' })).toContain('did not succeed')
    })
  })
})
