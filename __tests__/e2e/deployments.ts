import { expect } from 'vitest'
import { MainsEnd } from './expect-ended.ts'
import { tail } from './expectations.ts'
import type { BundleResult } from './run-bundle.ts'
import { type CallOptions, SampleRun } from './sample-run.ts'
import { StagingAdministrator } from './staging-administrator.ts'

/** One good run; every call after it deploys what that one has left in the ledger. */
export class Deployments {
  readonly run = new SampleRun()
  readonly staging = new StagingAdministrator(this.run.testbed)
  commit = ''
  digest = ''

  async prepare(): Promise<void> {
    const scan = { find: 'max-examples = 50', with: 'max-examples = 5' }
    const edits = [{ path: 'schemathesis.toml', replace: scan }]
    this.commit = await this.run.commit('Scan with fewer requests', edits)
    const result = await this.run.call()
    expect(result.exitCode, tail(result)).toBe(0)
    this.digest = result.outputs['image-digest'] ?? ''
  }

  async deploy(options: CallOptions = {}): Promise<{ runId: number; result: BundleResult; main: MainsEnd }> {
    const runId = this.run.newRun()
    const inputs = { stages: 'deploy', ...options.inputs }
    const main = new MainsEnd(this.run, this.commit, runId)
    const result = await this.run.call({ ...options, runId, inputs, beforePost: main.look })
    return { runId, result, main }
  }
}
