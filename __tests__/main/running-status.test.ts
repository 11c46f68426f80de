import { describe, expect, test } from 'vitest'
import { RunningStatus } from '../../src/main/running-status.ts'
import { createFakeClock } from '../systems/fake-clock.ts'

/** A clock whose sleeps end when the test moves it. */
function open() {
  const clock = createFakeClock()
  const sleepers: { readonly at: number; wake(): void }[] = []
  const said: string[] = []
  const stop = new AbortController()
  const running = new RunningStatus(
    {
      ...clock,
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          sleepers.push({ at: clock.monotonic() + milliseconds, wake: resolve })
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error)
          })
        }),
    },
    stop.signal,
    (stage) => said.push(stage),
  )
  const pass = async (seconds: number): Promise<void> => {
    clock.advance(seconds * 1000)
    for (const each of sleepers) if (each.at <= clock.monotonic()) each.wake()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { running, said, stop, pass }
}

describe('the stage that is running', () => {
  test('is said 20 s after the last word at the earliest, and then what is running now', async () => {
    const { running, said, pass } = open()
    running.start('preflight')
    await pass(5)
    running.end('preflight')
    running.start('build')
    await pass(14)
    expect(said).toEqual([])
    await pass(1)
    expect(said).toEqual(['build'])
    running.end('build')
    running.start('test')
    await pass(19)
    expect(said).toEqual(['build'])
    await pass(1)
    expect(said).toEqual(['build', 'test'])
    running.end('test')
    await pass(100)
    running.start('scan')
    await pass(0)
    expect(said).toEqual(['build', 'test', 'scan'])
  })

  test('is not said when it is over by then', async () => {
    const { running, said, pass } = open()
    running.start('build')
    running.end('build')
    await pass(60)
    expect(said).toEqual([])
  })

  test.each(['stop', 'cancel'])('is never said after a %s: what comes now is the result', async (how) => {
    const { running, said, stop, pass } = open()
    running.start('deploy')
    if (how === 'stop') running.stop()
    else stop.abort(new Error('cancelled'))
    await pass(60)
    running.start('report')
    await pass(60)
    expect(said).toEqual([])
  })
})
