import { describe, expect, test } from 'vitest'
import { WriteQueue } from '../../src/main/write-queue.ts'
import type { Written } from '../../src/systems/github/github.ts'
import { createFakeClock } from '../systems/fake-clock.ts'

const never = new AbortController().signal
const done: Written = { written: true }
const limited = (until: Date): Written => ({
  ...{ written: false, code: 'E_GITHUB_RATE_LIMITED', refused: false },
  ...{ reason: `limited until ${until.toISOString()}`, until },
})

function open() {
  const clock = createFakeClock()
  const log: string[] = []
  const queue = new WriteQueue(clock, never)
  const write =
    (name: string, ...answers: Written[]) =>
    () => {
      log.push(name)
      return Promise.resolve(answers.shift() ?? done)
    }
  const inSeconds = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000)
  return { clock, log, queue, write, inSeconds }
}

describe('writes to GitHub beside the pipeline', () => {
  test('wait until a limit of the rate has passed, and are then made', async () => {
    const { clock, log, queue, write, inSeconds } = open()
    queue.add('check', write('build', limited(inSeconds(600)), done))
    queue.add('check', write('test'))
    await expect.poll(() => log).toEqual(['build', 'build', 'test'])
    expect(clock.slept).toEqual([600_000])
    expect(await queue.finish()).toEqual([])
  })

  test('that were limited give way to a newer status', async () => {
    const { log, queue, write, inSeconds } = open()
    queue.add('status', () => {
      queue.add('status', write('success'))
      return write('pending', limited(inSeconds(5)))()
    })
    expect(await queue.finish()).toEqual([])
    expect(log).toEqual(['pending', 'success'])
  })

  test('are given up at the end when the limit is far away, and say until when', async () => {
    const { clock, log, queue, write, inSeconds } = open()
    const until = inSeconds(3_000)
    queue.add('status', write('success', limited(until)))
    queue.add('check', write('build'))
    expect(await queue.finish()).toEqual([`limited until ${until.toISOString()}`])
    expect(log).toEqual(['success'])
    expect(clock.slept).toEqual([])
  })

  test('wait at the end for a limit that is near', async () => {
    const { clock, log, queue, write, inSeconds } = open()
    queue.add('status', write('success', limited(inSeconds(20)), done))
    expect(await queue.finish()).toEqual([])
    expect(log).toEqual(['success', 'success'])
    expect(clock.slept).toEqual([20_000])
  })

  test('are woken by the end of the run from a long wait', async () => {
    const { clock, log, write, inSeconds } = open()
    const asleep = Promise.withResolvers<undefined>()
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
        asleep.resolve(undefined)
      })
    const queue = new WriteQueue({ ...clock, sleep }, never)
    const until = inSeconds(3_000)
    queue.add('check', write('build', limited(until)))
    await asleep.promise
    queue.add('status', write('success'))
    expect(await queue.finish()).toEqual([`limited until ${until.toISOString()}`])
    expect(log).toEqual(['build'])
  })

  test('go on after one that throws', async () => {
    const { log, queue, write } = open()
    queue.add('check', () => Promise.reject(new Error('a bug')))
    queue.add('check', write('test'))
    expect(await queue.finish()).toEqual([expect.stringContaining('a bug')])
    expect(log).toEqual(['test'])
  })

  const away: Written = { written: false, code: 'E_GITHUB_UNAVAILABLE', refused: false, reason: '503' }
  const forbidden: Written = { written: false, code: 'E_GITHUB_PERMISSION', refused: true, reason: '403' }

  test('rest after three failures in a row, and are all tried again at the end when GitHub is back', async () => {
    const { log, queue, write } = open()
    for (const name of ['a', 'b', 'c']) queue.add('check', write(name, away))
    for (const name of ['d', 'e']) queue.add('check', write(name))
    await expect.poll(() => log).toEqual(['a', 'b', 'c'])
    queue.add('status', write('success'))
    expect(await queue.finish()).toEqual([])
    expect(log).toEqual(['a', 'b', 'c', 'success', 'a', 'b', 'c', 'd', 'e'])
  })

  test('are not tried again at the end when GitHub is still away, so that nobody waits for it twice', async () => {
    const { log, queue, write } = open()
    for (const name of ['a', 'b', 'c', 'd']) queue.add('check', write(name, away, away))
    queue.add('status', write('success', away))
    expect(await queue.finish()).toEqual(['503'])
    expect(log).toEqual(['success', 'a', 'b', 'c'])
  })

  test('stop at the first that fails again', async () => {
    const { log, queue, write } = open()
    for (const name of ['a', 'b', 'c', 'd']) queue.add('check', write(name, away, away))
    await expect.poll(() => log).toHaveLength(3)
    queue.add('status', write('success'))
    expect(await queue.finish()).toEqual(['503'])
    expect(log).toEqual(['a', 'b', 'c', 'success', 'a'])
  })

  test('are never made after a refusal, of this kind', async () => {
    const { log, queue, write } = open()
    queue.add('check', write('a', forbidden))
    queue.add('check', write('b'))
    queue.add('deployment', write('deployment'))
    queue.add('status', write('success'))
    expect(await queue.finish()).toEqual(['403'])
    expect(log).toEqual(['success', 'deployment', 'a'])
  })

  test('of a status are not repeated: what it said is over', async () => {
    const { log, queue, write } = open()
    queue.add('status', write('pending', away))
    await expect.poll(() => log).toEqual(['pending'])
    queue.add('status', write('success'))
    expect(await queue.finish()).toEqual(['503'])
    expect(log).toEqual(['pending', 'success'])
  })
})
