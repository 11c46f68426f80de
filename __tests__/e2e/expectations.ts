import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect } from 'vitest'
import { findProcesses } from './find-processes.ts'
import { findSecrets } from './find-secrets.ts'
import type { BundleResult } from './run-bundle.ts'
import type { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

/** The end of a log, to be shown when an expectation about it fails; without what the runner is told to hide. */
export function tail({ log }: BundleResult): string {
  return log.replaceAll(/^::add-mask::.*\n/gm, '').slice(-6_000)
}

/** Nothing of a call is left behind: no process, no file but the report, no lock, nothing open in Vault. */
export async function expectGivenBack(run: SampleRun, result: BundleResult): Promise<void> {
  const staging = new Staging(run.testbed)
  expect(findProcesses(result.mark)).toEqual([])
  const { report } = result.outputs
  expect(result.left).toEqual(report === undefined || report === '' ? [] : [basename(report)])
  expect(staging.lockHolder()).toBe('')
  await expectNothingOpen(staging)
}

/** Vault ends what belongs to a revoked login after it has answered. */
export async function expectNothingOpen(staging: Staging): Promise<void> {
  await expect.poll(() => staging.openInVault(), { timeout: 10_000 }).toEqual([])
}

/** No byte of a secret is in anything that a call wrote, on the machine or at GitHub. */
export async function expectNoSecret(
  run: SampleRun,
  commit: string,
  ...results: readonly BundleResult[]
): Promise<void> {
  const { registry, host } = run.testbed
  const secrets = [
    registry.password,
    readFileSync(host.privateKey, 'utf8'),
    ...run.tokens(),
    ...(await new Staging(run.testbed).secretValues()),
  ]
  const github = JSON.stringify(await run.github(commit), null, 1)
  for (const { written } of results) expect(findSecrets({ ...written, github }, secrets)).toEqual([])
}

/** Before it had a plan a call failed: said in log, summary, outputs and on the commit; nothing was begun. */
export async function expectRefused(
  run: SampleRun,
  result: BundleResult,
  place: string,
  code: string,
): Promise<void> {
  expect(result.exitCode, tail(result)).toBe(1)
  expect(result.outputs.result).toBe('failure')
  expect(result.outputs['failed-stage']).toBe(place)
  expect(result.log).toContain(`${code} https://`)
  expect(result.log).toMatch(/^Next: .+|%0ANext: .+/m)
  expect(result.summary).toContain(code)
  expect(result.left).toEqual([])
  const { statuses, checks, deployments } = await run.github(run.head())
  expect(statuses[0]).toMatchObject({ state: 'failure', context: 'Staging Deployment' })
  expect(statuses[0]?.description).toMatch(new RegExp(`^${place}: `))
  expect({ checks, deployments }).toEqual({ checks: [], deployments: [] })
}

/** A stage's steps that ran, in the order of the sequence. */
export function ranSteps({ report }: BundleResult, stage: string): readonly string[] {
  const steps = report?.stages.find(({ id }) => id === stage)?.steps ?? []
  return steps.filter(({ result }) => result !== 'skipped').map(({ id }) => id)
}

/** What a step has said of itself, by name. */
export function factsOf({ report }: BundleResult, stage: string, step: string): Record<string, string> {
  const found = report?.stages.find(({ id }) => id === stage)?.steps.find(({ id }) => id === step)
  return Object.fromEntries(found?.facts.map(({ name, value }) => [name, value]) ?? [])
}
