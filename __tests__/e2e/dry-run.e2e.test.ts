import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectGivenBack, expectNoSecret, tail } from './expectations.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
const staging = new Staging(run.testbed)
afterAll(() => {
  run.close()
})

describe('a dry run', () => {
  let result: BundleResult
  let before: string
  beforeAll(async () => {
    before = staging.objects()
    result = await run.call({ inputs: { 'dry-run': 'true' } })
  })

  it('prints every step with its command or target and where that comes from', () => {
    expect(result.exitCode, tail(result)).toBe(0)
    for (const line of [
      /^ {2}compile: npm run build {2}\(\.github\/stagegate\.yml:6\)$/m,
      /^ {2}migration: flyway migrate \(db\/migration\) {2}\(\.github\/stagegate\.yml:\d+\)$/m,
      /^ {2}rollout: .+ {2}\(default\)$/m,
    ]) {
      expect(result.log).toMatch(line)
      expect(result.outputs.plan).toMatch(line)
    }
    expect(result.log).toContain('nothing was changed')
  })

  it('says what the playbook and the manifests would change, in the log and in the summary', () => {
    for (const text of [result.log, result.summary]) {
      expect(text).toMatch(/node1: \d of 2 tasks would change something/)
      expect(text).toMatch(/^Deployment ai-gen-service: would be (?:created|changed)$/m)
    }
  })

  it('changes nothing: not in the cluster, the registry, the work tree or at GitHub', async () => {
    expect(staging.objects()).toBe(before)
    expect(await staging.taggedDigest(`sha-${run.head()}`)).toBeUndefined()
    expect(await run.github(run.head())).toEqual({ statuses: [], checks: [], deployments: [] })
    await expectGivenBack(run, result)
    await expectNoSecret(run, run.head(), result)
  })
})
