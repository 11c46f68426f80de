import { describe, expect, it } from 'vitest'

import type { HttpStream } from '../../../src/systems/http/http.ts'
import { finMidway, hangMidway, say, startServer } from './misbehaving-server.ts'
import { createSubject, failureOf, get } from './subject.ts'

async function textOf(stream: HttpStream, onChunk?: () => void): Promise<string> {
  let text = ''
  for await (const chunk of stream.chunks) {
    text += Buffer.from(chunk).toString()
    onChunk?.()
  }
  return text
}

describe('A body that goes on', () => {
  it('is given chunk by chunk until its end', async () => {
    await using server = await startServer((response) => {
      response.writeHead(200)
      response.write('one', () => setImmediate(() => response.end('two')))
    })
    const stream = await createSubject().http.stream({ ...get(server.url), silenceMs: 1000 })
    let text = ''
    for await (const chunk of stream.chunks) text += Buffer.from(chunk).toString()
    expect(text).toBe('onetwo')
  })

  it('fails when it is cut', async () => {
    await using server = await startServer(finMidway)
    const stream = await createSubject().http.stream({ ...get(server.url), silenceMs: 90_000 })
    expect((await failureOf(textOf(stream))).kind).toBe('cut')
  })

  it('fails when it is silent for too long', async () => {
    const { http, clock } = createSubject()
    await using server = await startServer(hangMidway(() => undefined))
    const stream = await http.stream({ ...get(server.url), silenceMs: 90_000 })
    const failure = await failureOf(
      textOf(stream, () => {
        // The wait for the next chunk begins before this fires.
        setImmediate(() => {
          clock.expire()
        })
      }),
    )
    expect(failure).toMatchObject({ kind: 'silent', summary: 'nothing came for 90 s' })
  })

  it('is opened again when the server is not ready, and says so when it stays so', async () => {
    await using server = await startServer(say(503), say(200, {}, 'log'), say(404, {}, 'no such pod'))
    const { http } = createSubject()
    const stream = await http.stream({ ...get(server.url), silenceMs: 1000 })
    expect(await textOf(stream)).toBe('log')
    const missing = await http.stream({ ...get(server.url), silenceMs: 1000 })
    expect(missing.status).toBe(404)
    expect(await textOf(missing)).toBe('no such pod')
  })
})

describe('A body to send that does not fit in memory', () => {
  it('is opened again for each attempt', async () => {
    await using server = await startServer(say(503), say(201))
    let opened = 0
    const body = {
      bytes: 6,
      async *open() {
        opened += 1
        await Promise.resolve()
        yield Buffer.from('abc')
        yield Buffer.from('def')
      },
    }
    const answer = await createSubject().http.send(get(server.url, { method: 'PUT', body, accept: 'any' }))
    expect(answer.status).toBe(201)
    expect(opened).toBe(2)
    expect(server.received.map((request) => request.body)).toEqual(['abcdef', 'abcdef'])
    expect(server.received[0]?.headers['content-length']).toBe('6')
  })
})
