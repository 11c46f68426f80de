import type { StageResult, StepResult } from '../../pipeline/index.ts'
import { runningOf, testsRanOf } from '../kept.ts'
import type { Call } from './call.ts'

/**
 * What a finished deployment lacks to be called verified: tests that ran, a smoke test that ran, and a container that
 * runs the digest. Each in a few words; empty when nothing is missing. Pure.
 */
export function findLacks(
  stages: readonly StageResult[],
  call: Pick<Call, 'testsMayBeNone'>,
): readonly string[] {
  const smoke = stepsOf(stages, 'deploy').filter(({ id }) => id === 'smoke')
  const { containers, unknown } = runningOf(stages) ?? { containers: 0, unknown: [] }
  return [
    findTestLack(stages, call),
    anyIs(smoke, 'success') ? undefined : anyIs(smoke, 'failure') ? 'the smoke test failed' : 'no smoke test',
    containers > 0 ? undefined : 'no container runs the digest',
    unknown.length === 0 ? undefined : `which image ${unknown.join(', ')} runs is not known`,
  ].filter((lack) => lack !== undefined)
}

function findTestLack(
  stages: readonly StageResult[],
  { testsMayBeNone }: Pick<Call, 'testsMayBeNone'>,
): string | undefined {
  const steps = stepsOf(stages, 'test')
  // Only an advisory step fails in a deployment that finished.
  if (anyIs(steps, 'failure')) return 'tests failed'
  const count = testsRanOf(stages) ?? 0
  if (count === 0) return 'no test ran'
  if (count !== 'unknown') return undefined
  // A pass of another job comes without its count.
  return steps.length === 0 && !testsMayBeNone ? undefined : 'whether tests ran is not known'
}

function stepsOf(stages: readonly StageResult[], id: string): readonly StepResult[] {
  return stages.find((stage) => stage.id === id)?.steps ?? []
}

function anyIs(steps: readonly StepResult[], status: StepResult['result']['status']): boolean {
  return steps.some(({ result }) => result.status === status)
}
