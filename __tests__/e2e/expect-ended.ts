import { basename } from 'node:path'
import { expect } from 'vitest'
import { tail } from './expectations.ts'
import { findProcesses } from './find-processes.ts'
import type { BundleResult } from './run-bundle.ts'
import type { SampleRun } from './sample-run.ts'

export interface Ended {
  readonly commit: string
  readonly runId: number
  readonly result: BundleResult
}

/**
 * What holds for every run that was ended before its time, whatever ended it and wherever it was: it is red, its status
 * is `error` and nothing of it on GitHub waits any more, nothing of it lives on, and it leaves no file but its report.
 */
export async function expectEnded(run: SampleRun, { commit, runId, result }: Ended): Promise<void> {
  expect(result.exitCode, tail(result)).not.toBe(0)
  expect(result.outputs.result ?? '').not.toBe('success')
  const { statuses, checks, deployments } = await run.githubOfRun(commit, runId)
  const [last, ...before] = statuses.map(({ state }) => state)
  expect(last, tail(result)).toBe('error')
  // A second signal may cut the answer to the first write of the same.
  expect(before.filter((state) => state !== 'pending' && state !== 'error')).toEqual([])
  expect(checks.filter(({ status }) => status !== 'completed')).toEqual([])
  expect(
    checks.filter(({ name, conclusion }) => name.includes('deploy') && conclusion === 'success'),
  ).toEqual([])
  for (const each of deployments) expect(['error', 'failure']).toContain(each.statuses.at(-1)?.state)
  expect(findProcesses(result.mark)).toEqual([])
  const { report = '' } = result.outputs
  expect(result.left).toEqual(report === '' ? [] : [basename(report)])
}

/** What GitHub said of a run when main had ended, and post had not begun: the end that main itself has written. */
export class MainsEnd {
  #states: readonly string[] = []
  readonly #run: SampleRun
  readonly #commit: string
  readonly #runId: number

  constructor(run: SampleRun, commit: string, runId: number) {
    this.#run = run
    this.#commit = commit
    this.#runId = runId
  }

  /** For `beforePost`. */
  readonly look = async (): Promise<void> => {
    const { statuses, deployments, checks } = await this.#run.githubOfRun(this.#commit, this.#runId)
    this.#states = [
      ...statuses.slice(0, 1).map(({ state }) => `status ${state}`),
      ...deployments.map((each) => `deployment ${each.statuses.at(-1)?.state ?? 'none'}`),
      ...checks.filter(({ status }) => status !== 'completed').map(({ name }) => `${name} waits`),
    ]
  }

  /** Nothing was left for post; after a second signal only the status is sure to be written. */
  expect(result: BundleResult, { atOnce = false } = {}): void {
    const sure = atOnce ? this.#states.slice(0, 1) : this.#states
    expect(sure[0], tail(result)).toBe('status error')
    for (const state of sure) expect(['status error', 'deployment error']).toContain(state)
  }
}

/** It ended by itself, and before the runner would have lost its patience, however much the machine had to do. */
export function expectEndedByItself(result: BundleResult): void {
  expect(result.killedBy, tail(result)).toBeNull()
  expect(result.exitCode, tail(result)).toBe(1)
  expect(result.escalations, tail(result)).toEqual([])
}

/** For the log of the tests: how long it took, which is measured and not judged. */
export function sayEnd(point: string, { endedAfterMs, durationMs }: BundleResult): void {
  const after = endedAfterMs === undefined ? '?' : (endedAfterMs / 1000).toFixed(1)
  console.info(`${point}: ended after ${after} s (of ${(durationMs / 1000).toFixed(0)} s)`)
}
