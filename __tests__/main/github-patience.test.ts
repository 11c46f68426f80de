import { describe, expect, test } from 'vitest'
import { GithubPatience } from '../../src/main/github-patience.ts'
import { createVirtualClock } from '../systems/virtual-clock.ts'

const never = new AbortController().signal

function open() {
  const clock = createVirtualClock()
  return { clock, patience: new GithubPatience(clock) }
}

describe('what a run waits for GitHub before its work begins', () => {
  test('is ten seconds, and everything that is asked at the same time waits at the same time', async () => {
    const { clock, patience } = open()
    const hang = (): Promise<unknown> => patience.ask(never, (signal) => clock.sleep(1_000_000, signal))
    const answers = await clock.run(Promise.allSettled([hang(), hang(), hang()]))
    expect(clock.monotonic()).toBe(10_000)
    expect(answers.map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(answers).toMatchObject([{ reason: { code: 'E_GITHUB_UNAVAILABLE' } }, {}, {}])
  })

  test('is ten seconds in all of what is asked one after another', async () => {
    const { clock, patience } = open()
    const ask = (milliseconds: number): Promise<unknown> =>
      patience.ask(never, (signal) => clock.sleep(milliseconds, signal))
    await clock.run(ask(4_000))
    // Other work takes none of it.
    await clock.run(clock.sleep(60_000))
    await expect(clock.run(ask(7_000))).rejects.toMatchObject({ code: 'E_GITHUB_UNAVAILABLE' })
    expect(clock.monotonic()).toBe(70_000)
    await expect(ask(1)).rejects.toMatchObject({ message: 'no answer within 10 s' })
  })

  test('ends with the run', async () => {
    const { clock, patience } = open()
    const cancel = new AbortController()
    const asked = patience.ask(cancel.signal, (signal) => clock.sleep(5_000, signal))
    cancel.abort(new Error('cancelled'))
    await expect(asked).rejects.toThrow('cancelled')
  })
})
