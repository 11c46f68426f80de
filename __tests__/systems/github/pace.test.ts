import { RequestError } from '@octokit/request-error'
import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { Pace } from '../../../src/systems/github/pace.ts'
import { createVirtualClock } from '../virtual-clock.ts'

const signal = new AbortController().signal
const read = { isRead: true, isPaced: false, signal }
const write = { isRead: false, isPaced: true, signal }
const probe = { isRead: false, isPaced: false, signal }

function refusal(status: number, headers: Record<string, string> = {}): RequestError {
  const request = { method: 'POST', url: 'https://api.github.com/', headers: {} } as const
  const response = { status, url: request.url, headers, data: { message: 'no' } }
  return new RequestError('no', status, { request, response })
}

function open() {
  const clock = createVirtualClock()
  const pace = new Pace(clock)
  /** Second and name of everything that was sent. */
  const sent: string[] = []
  const send =
    (name: string, ...failures: Error[]) =>
    (): Promise<string> => {
      sent.push(`${clock.monotonic() / 1000} ${name}`)
      const failure = failures.shift()
      return failure === undefined ? Promise.resolve(name) : Promise.reject(failure)
    }
  return { clock, pace, sent, send }
}

describe('the pace of requests to GitHub', () => {
  test('leaves a second between writes, and none between reads and questions', async () => {
    const { clock, pace, sent, send } = open()
    await clock.run(
      Promise.all([
        pace.keep(write, send('write')).then(() => pace.keep(write, send('again'))),
        pace.keep(read, send('read')),
        pace.keep(probe, send('probe')),
      ]),
    )
    expect(sent.toSorted()).toEqual(['0 probe', '0 read', '0 write', '1 again'])
  })

  test.each([403, 429])(
    'sends nothing at all while one request waits for the Retry-After of its %i',
    async (status) => {
      const { clock, pace, sent, send } = open()
      const limited = pace.keep(write, send('write', refusal(status, { 'retry-after': '3' })))
      await clock.run(
        clock
          .sleep(1)
          .then(() => Promise.all([limited, ...[read, probe].map((each) => pace.keep(each, send('other')))])),
      )
      expect(sent).toEqual(['0 write', '3 write', '3 other', '3 other'])
    },
  )

  test('holds back a write whose turn was coming when the limit was named', async () => {
    const { clock, pace, sent, send } = open()
    const writes = pace.keep(write, send('first')).then(() => pace.keep(write, send('second')))
    const limited = pace.keep(read, send('read', refusal(429, { 'retry-after': '20' })))
    await clock.run(Promise.all([writes, limited]))
    expect(sent.filter((each) => each.endsWith('second'))).toEqual(['20 second'])
  })

  test('turns away at once what a long limit would keep waiting', async () => {
    const { clock, pace, sent, send } = open()
    const limited = pace.keep(read, send('read', refusal(429, { 'retry-after': '300' })))
    await expect(clock.run(limited)).rejects.toMatchObject({ status: 429 })
    await expect(clock.run(pace.keep(write, send('write')))).rejects.toMatchObject({
      code: 'E_GITHUB_RATE_LIMITED',
    })
    expect(sent).toEqual(['0 read'])
    expect(pace.limitedUntil?.getTime()).toBe(clock.now().getTime() + 300_000)
  })

  test('never repeats a write blindly after 503: its work may be done', async () => {
    const { clock, pace, sent, send } = open()
    const failing = pace.keep(write, send('write', refusal(503, { 'retry-after': '2' })))
    await expect(clock.run(failing)).rejects.toMatchObject({ status: 503 })
    await clock.run(pace.keep(read, send('read')))
    expect(sent).toEqual(['0 write', '2 read'])
  })

  test('stops asking when it is turned away again and again', async () => {
    const { clock, pace, sent, send } = open()
    const refusals = Array.from({ length: 20 }, () => refusal(429, { 'retry-after': '0' }))
    await expect(clock.run(pace.keep(read, send('read', ...refusals)))).rejects.toMatchObject({ status: 429 })
    expect(sent).toHaveLength(5)
  })
})

describe('a GitHub that seems to be down', () => {
  const unreachable = (): RequestError =>
    new RequestError('no', 500, { request: { method: 'GET', url: 'https://api.github.com/', headers: {} } })
  const fail = async (pace: Pace, thrown: Error, asked = read): Promise<void> => {
    await pace.keep(asked, () => Promise.reject(thrown)).catch(() => undefined)
  }

  test('is one that has not answered twice in a row', async () => {
    const { pace, send } = open()
    await fail(pace, unreachable())
    expect(pace.isDown).toBe(false)
    await fail(pace, refusal(502))
    expect(pace.isDown).toBe(true)
    await pace.keep(read, send('read'))
    expect(pace.isDown).toBe(false)
  })

  test('is not one that limits the rate, or that was not asked because it does', async () => {
    const { pace } = open()
    await fail(pace, refusal(403, { 'retry-after': '300' }))
    for (let times = 0; times < 3; times += 1) await fail(pace, unreachable())
    expect(pace.isDown).toBe(false)
  })

  test('is not one whose answer the run itself did not wait for', async () => {
    const { pace } = open()
    const cancelled = AbortSignal.abort(new StagegateError('E_CANCELLED', { message: 'cancelled' }))
    const tooLong = AbortSignal.abort(new StagegateError('E_GITHUB_UNAVAILABLE', { message: 'no answer' }))
    for (let times = 0; times < 3; times += 1) await fail(pace, unreachable(), { ...read, signal: cancelled })
    expect(pace.isDown).toBe(false)
    for (let times = 0; times < 2; times += 1) await fail(pace, unreachable(), { ...read, signal: tooLong })
    expect(pace.isDown).toBe(true)
  })
})
