import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'

import { drip, hangBefore, hangMidway, startServer } from './misbehaving-server.ts'
import { createSubject, failureOf, get, post } from './subject.ts'

const patience = { attempts: 1 }

describe('A server that does not answer', () => {
  it.each([
    ['before the head', hangBefore],
    ['in the middle of the body', hangMidway],
  ])('is given up on at the deadline of the attempt when it hangs %s', async (_name, hang) => {
    const { http, clock } = createSubject()
    await using server = await startServer(
      hang(() => {
        clock.advance(10_000)
      }),
    )
    const failure = await failureOf(http.send(get(server.url, { policy: patience })))
    expect(failure.kind).toBe('timeout')
    expect(failure.summary).toBe('no complete answer within 10 s')
  })

  it('is given up on at the deadline though it sends a byte now and then', async () => {
    const { http, clock } = createSubject()
    await using server = await startServer(
      drip(() => {
        clock.advance(500)
      }),
    )
    const failure = await failureOf(http.send(get(server.url, { policy: patience })))
    expect(failure.kind).toBe('timeout')
  })

  it('costs no more than the total time over all attempts', async () => {
    const { http, clock } = createSubject()
    await using server = await startServer(
      hangBefore(() => {
        clock.expire()
      }),
    )
    const failure = await failureOf(http.send(get(server.url)))
    expect(clock.monotonic()).toBe(30_000)
    expect(failure.attempts).toBe(3)
    expect(failure.message).toMatch(
      /vault: GET http:\/\/127.0.0.1:\d+\/: no complete answer within .* \(3 attempts in 30 s; first:/,
    )
  })

  it('that refuses the connection is tried five times, a write too, since nothing was sent', async () => {
    const { url } = await unusedAddress()
    const { http, clock } = createSubject()
    const failure = await failureOf(http.send(post(url)))
    expect(failure).toMatchObject({
      kind: 'refused',
      attempts: 5,
      reached: false,
      code: 'E_HTTP_UNAVAILABLE',
    })
    expect(clock.slept).toEqual([250, 500, 1000, 2000])
    expect(failure.summary).toMatch(/^connection refused by 127\.0\.0\.1:\d+$/)
  })

  it('lets the caller end the request at any time, with the reason of the signal', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    await using server = await startServer(
      hangMidway(() => {
        controller.abort(reason)
      }),
    )
    const { http, clock } = createSubject()
    await expect(http.send(get(server.url, { signal: controller.signal }))).rejects.toBe(reason)
    expect(clock.pending()).toBe(0)
  })
})

async function unusedAddress(): Promise<{ url: string }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${port}/` }
}
