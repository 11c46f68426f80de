import {
  addTestsRan,
  type Finding,
  mergeTestSummaries,
  renderTestCounts,
  type TestsRan,
  type TestSummary,
} from '../findings/index.ts'
import type { Fact, Result, StageResult, StepResult } from '../pipeline/index.ts'

/**
 * One stage from the parts of it that several jobs ran: shards, scanners, platforms. A failure outweighs a cancel, a
 * cancel a success; the first failure is the stage's. Pure.
 *
 * @param parts at least one
 */
export function mergeStages(parts: readonly StageResult[]): StageResult {
  const [first] = parts
  if (first === undefined) throw new Error('a stage without parts')
  if (parts.length === 1) return first
  const ids = [...new Set(parts.flatMap(({ steps }) => steps.map(({ id }) => id)))]
  return {
    id: first.id,
    result: mergeResults(parts.map(({ result }) => result)),
    steps: ids.map((id) => mergeSteps(parts.flatMap(({ steps }) => steps.filter((step) => step.id === id)))),
    ...span(parts),
  }
}

function mergeSteps(parts: readonly StepResult[]): StepResult {
  const ran = parts.filter(({ result }) => result.status !== 'skipped')
  const [first] = ran.length > 0 ? ran : parts
  if (first === undefined) throw new Error('a step without parts')
  if (ran.length <= 1) return first
  const findings = ran.flatMap(({ kept }) => (kept.findings ?? []) as readonly Finding[])
  const summaries = ran.flatMap(({ kept }) => (kept.tests === undefined ? [] : [kept.tests as TestSummary]))
  const counts = ran.flatMap(({ kept }) => (kept.testsRan === undefined ? [] : [kept.testsRan as TestsRan]))
  const tests = summaries.length === 0 ? undefined : mergeTestSummaries(summaries)
  return {
    id: first.id,
    critical: ran.some(({ critical }) => critical),
    result: mergeResults(ran.map(({ result }) => result)),
    facts: mergeFacts(ran, tests),
    kept: {
      ...(ran.some(({ kept }) => kept.findings !== undefined) ? { findings } : {}),
      ...(tests === undefined ? {} : { tests }),
      ...(counts.length === 0 ? {} : { testsRan: addTestsRan(counts) }),
    },
    ...span(ran),
  }
}

function mergeFacts(parts: readonly StepResult[], tests: TestSummary | undefined): readonly Fact[] {
  const all = parts.flatMap(({ facts }) => facts)
  const each = new Map(all.map((fact) => [`${fact.name} ${fact.value}`, fact]))
  const facts = [...each.values()].filter(({ name }) => tests === undefined || name !== 'tests')
  return tests === undefined ? facts : [...facts, { name: 'tests', value: renderTestCounts(tests) }]
}

function mergeResults(results: readonly Result<unknown>[]): Result<unknown> {
  const find = (status: Result<unknown>['status']) => results.find((result) => result.status === status)
  const blocked = results.find((result) => result.status === 'skipped' && result.blocked)
  return (
    find('failure') ??
    find('cancelled') ??
    blocked ??
    find('success') ??
    find('skipped') ?? { status: 'cancelled' }
  )
}

function span(parts: readonly { readonly startedAt?: number; readonly endedAt?: number }[]) {
  const starts = parts.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt]))
  const ends = parts.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [endedAt]))
  return {
    ...(starts.length === 0 ? {} : { startedAt: Math.min(...starts) }),
    ...(ends.length === 0 ? {} : { endedAt: Math.max(...ends) }),
  }
}
