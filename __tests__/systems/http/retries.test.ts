import { describe, expect, it } from 'vitest'

import { cutChunks, resetBefore, say, sayJson, startServer } from './misbehaving-server.ts'
import { createSubject, get, post } from './subject.ts'

describe('A status that says try again', () => {
  it.each([408, 500, 502, 503, 504, 520, 526])('%i is tried again', async (status) => {
    await using server = await startServer(say(status), sayJson({}))
    expect((await createSubject().http.send(get(server.url))).attempts).toBe(2)
  })

  it.each([400, 401, 403, 404, 405, 409, 410, 412, 422, 501, 505])('%i is final', async (status) => {
    await using server = await startServer(say(status), sayJson({}))
    expect(await createSubject().http.send(get(server.url))).toMatchObject({ status, attempts: 1 })
  })

  it('is given back after five attempts, with what went wrong first', async () => {
    await using server = await startServer(say(500), say(503))
    const answer = await createSubject().http.send(get(server.url))
    expect(answer).toMatchObject({ status: 503, attempts: 5 })
    expect(answer.describe()).toBe(
      '503 Service Unavailable (5 attempts in 3.8 s; first: 500 Internal Server Error)',
    )
  })

  it('is final where the caller says so, and others are not', async () => {
    await using server = await startServer(say(503, {}, 'sealed'), say(404), sayJson({}))
    const { http } = createSubject()
    const sealed = await http.send(get(server.url, { isFinal: (answer) => answer.text() === 'sealed' }))
    expect(sealed).toMatchObject({ status: 503, attempts: 1 })
    expect((await http.send(get(server.url, { retryStatuses: [404] }))).attempts).toBe(2)
  })

  it('stops being tried when the retries of the run are used up', async () => {
    await using server = await startServer(say(503))
    const { http, lines } = createSubject()
    for (let count = 0; count < 10; count += 1) await http.send(get(server.url))
    expect(server.received.length).toBeLessThanOrEqual(10 + 21)
    expect(lines.at(-1)).toBe(
      'vault: 503 Service Unavailable (not tried again: too many retries in this run)',
    )
  })
})

describe('A server that throttles', () => {
  it('is left alone for as many seconds as it asks', async () => {
    await using server = await startServer(say(429, { 'retry-after': '7' }), sayJson({}))
    const { http, clock } = createSubject()
    await http.send(get(server.url))
    expect(clock.slept).toEqual([7000])
  })

  it('is left alone until the date it names, by its own clock', async () => {
    const headers = { date: 'Fri, 02 Jan 2026 10:00:00 GMT', 'retry-after': 'Fri, 02 Jan 2026 10:00:09 GMT' }
    await using server = await startServer(say(503, headers), sayJson({}))
    const { http, clock } = createSubject()
    await http.send(get(server.url))
    expect(clock.slept).toEqual([9000])
  })

  it('fails at once when it asks for longer than there is time, and says until when', async () => {
    await using server = await startServer(say(429, { 'retry-after': '3600' }))
    const { http, clock } = createSubject()
    const answer = await http.send(get(server.url))
    expect(clock.slept).toEqual([])
    expect(answer.describe()).toBe('429 Too Many Requests, asks to wait until 2026-01-02T04:04:05.000Z')
  })

  it('with a 403 and no remaining requests is asked again after its reset', async () => {
    const date = 'Fri, 02 Jan 2026 10:00:00 GMT'
    const reset = String(Date.parse(date) / 1000 + 4)
    const headers = { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    await using server = await startServer(say(403, headers), sayJson({}))
    const { http, clock } = createSubject()
    await http.send(get(server.url))
    expect(clock.slept).toEqual([5000])
  })

  it('gets a write again after a 429, which was turned away unread', async () => {
    await using server = await startServer(say(429), sayJson({}))
    expect((await createSubject().http.send(post(server.url))).attempts).toBe(2)
  })
})

describe('A write whose answer does not say whether it worked', () => {
  it.each([
    ['a 502', say(502)],
    ['a reset', resetBefore],
    ['a cut body', cutChunks],
  ])('is sent once after %s when its effect cannot be looked for', async (_name, behaviour) => {
    await using server = await startServer(behaviour)
    await createSubject()
      .http.send(post(server.url))
      .catch(() => undefined)
    expect(server.received).toHaveLength(1)
  })

  it('is not repeated when its effect is found', async () => {
    await using server = await startServer(say(502), sayJson({ id: 7 }))
    const { http } = createSubject()
    const answer = await http.send(
      post(server.url, { readBack: () => http.send(get(`${server.url}/found`)) }),
    )
    expect(answer.json()).toEqual({ id: 7 })
    expect(server.received.map((request) => request.method)).toEqual(['POST', 'GET'])
  })

  it('is repeated when its effect is not found, and sent three times at most', async () => {
    await using server = await startServer(say(502))
    const looked: number[] = []
    const readBack = () => {
      looked.push(server.received.length)
      return Promise.resolve(undefined)
    }
    const answer = await createSubject().http.send(post(server.url, { readBack }))
    expect(answer).toMatchObject({ status: 502, attempts: 3 })
    expect(looked).toEqual([1, 2])
  })

  it('is not repeated when its effect cannot be looked for just now', async () => {
    await using server = await startServer(say(502))
    const readBack = () => Promise.reject(new Error('down'))
    expect(await createSubject().http.send(post(server.url, { readBack }))).toMatchObject({
      status: 502,
      attempts: 1,
    })
  })
})
