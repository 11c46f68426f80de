import { afterAll, describe, expect, test } from 'vitest'
import { failingContainers } from './failing-containers.ts'
import { failingPods } from './failing-pods.ts'
import { passing } from './passing.ts'
import { type MatrixResult, runCase } from './run-case.ts'
import { startTogether } from './start-together.ts'

/** `RECORD=<folder>` keeps what the API server told of each case, for the tests that replay it. */
const folder = process.env.RECORD
const cases = [...failingContainers, ...failingPods, ...passing]
const results = startTogether(cases, (each) =>
  runCase(each, folder === undefined ? {} : { recording: `${folder}/${each.name}.jsonl` }),
)
const lines: string[] = []

afterAll(() => {
  console.log(lines.sort().join('\n'))
})

async function resultOf(name: string): Promise<MatrixResult> {
  const result = await results.get(name)
  if (result === undefined) throw new Error(`no case is called ${name}`)
  lines.push(
    `${name.padEnd(36)} ${result.seconds.toFixed(1).padStart(5)} s  ${result.error?.message ?? 'done'}`,
  )
  return result
}

describe('a rollout that cannot succeed', () => {
  test.each([...failingContainers, ...failingPods])(
    'because of $title ends with the cause',
    async ({ name, verdict, evidence }) => {
      const { error } = await resultOf(name)
      expect(error?.code).toBe('E_ROLLOUT_FAILED')
      expect(error?.message).toMatch(verdict)
      expect(error?.evidence.join('\n')).toMatch(evidence ?? /^/)
    },
  )
})

describe('a rollout that succeeds', () => {
  test.each(passing)('with $title is seen to', async ({ name }) => {
    const { error, progress } = await resultOf(name)
    expect(error).toBeUndefined()
    expect(progress).not.toContainEqual(expect.stringMatching(/does not answer/))
  })
})
