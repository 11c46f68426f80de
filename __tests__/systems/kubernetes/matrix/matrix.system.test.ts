import { afterAll, describe, expect, test } from 'vitest'
import { failingContainers } from './failing-containers.ts'
import { failingPods } from './failing-pods.ts'
import { passing } from './passing.ts'
import { type MatrixResult, runCase } from './run-case.ts'
import { startTogether } from './start-together.ts'
import { runStory, stories } from './story.ts'

/** `RECORD=<folder>` keeps what the API server told of each case, for the tests that replay it. */
const folder = process.env.RECORD
const results = startTogether(
  [...stories, ...failingContainers, ...failingPods, ...passing],
  (each): Promise<MatrixResult> => {
    const recording = folder === undefined ? undefined : `${folder}/${each.name}.jsonl`
    if ('run' in each) return runStory(each, recording)
    return runCase(each, recording === undefined ? {} : { recording })
  },
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
      const { error, verdict: said } = await resultOf(name)
      expect(error?.code).toBe('E_ROLLOUT_FAILED')
      expect(said).toMatch(verdict)
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

describe('a rollout that is not the first of its name', () => {
  test.each(stories)('is judged by itself: $title', async ({ name, verdict }) => {
    const { verdict: said } = await resultOf(name)
    expect(said).toMatch(verdict)
  })
})
