import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JobsEnd } from '../../workflows/run-jobs.ts'
import { tail } from '../expectations.ts'
import { Staging } from '../staging.ts'
import { HostileJobs } from './hostile-jobs.ts'
import { turnHostile } from './hostile-repository.ts'
import { removeSmallService } from './remove-small-service.ts'
import { SecureRun } from './secure-run.ts'
import { until } from './until.ts'

let run: SecureRun
let jobs: HostileJobs
beforeAll(async () => {
  run = await SecureRun.open()
  jobs = await HostileJobs.open(run)
})
afterEach(() => {
  jobs.endAll()
})
afterAll(async () => {
  await jobs[Symbol.asyncDispose]()
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

/** The jobs whose artifacts are replaced, before anybody takes them, by what stays behind in others that have built. */
const cases = [
  { what: 'results', words: 'steal replace-results', replaced: /^replaced \S+_test_\S+_result_\S+: true$/m },
  {
    what: 'images',
    words: 'steal replace-images',
    replaced: /^replaced \S+_image-build_\S+_image_1\S+: true$/m,
  },
]

describe.each(cases)('hostile code that replaces the $what of other jobs', ({ what, words, replaced }) => {
  let end: JobsEnd
  const deeds = (): readonly string[] =>
    jobs.names().map((name) => `${name}\n${jobs.read(name, 'deeds.txt')}`)
  const isReplaced = (): boolean => deeds().some((each) => replaced.test(each))
  beforeAll(async () => {
    run.newRun()
    turnHostile(run, `Replace ${what}`, { build: words })
    end = await run.run({
      onCall: async (call) => {
        if (call.job === 'image-push') await until(isReplaced, () => deeds().join('\n'))
        return jobs.runJob(call)
      },
    })
  })

  it('ends the run before anything is pushed or deployed', async () => {
    const log = tail(run.results.get('image-push')!)
    expect(end.jobs, log).toMatchObject({
      ...{ test: { result: 'success' }, 'image-build': { result: 'success' } },
      ...{ 'image-push': { result: 'failure' }, deploy: { result: 'skipped' } },
    })
    expect(log).toContain('E_ARTIFACT_DIGEST')
    const commit = run.head()
    expect(await new Staging(run.testbed).taggedDigest(`sha-${commit}`, 'acme/small-service')).toBeUndefined()
    expect((await run.github()).deployments).toEqual([])
  })

  it('is reported as what it is', async () => {
    expect((await run.github()).statuses[0]).toMatchObject({ state: 'failure' })
    expect(run.results.get('report')?.summary).toContain('E_ARTIFACT_DIGEST')
  })
})
