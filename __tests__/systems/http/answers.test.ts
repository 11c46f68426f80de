import { inspect } from 'node:util'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import {
  cutChunks,
  finMidway,
  resetBefore,
  resetMidway,
  say,
  sayJson,
  startServer,
} from './misbehaving-server.ts'
import { createSubject, failureOf, get, post } from './subject.ts'

const patience = { attempts: 1 }

describe('An answer', () => {
  it('comes whole, with its status, headers and parsed body', async () => {
    await using server = await startServer(sayJson({ ok: true }, 201, { 'x-thing': 'a' }))
    const answer = await createSubject().http.send(get(`${server.url}/path?q=1`))
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-thing')).toBe('a')
    expect(answer.json()).toEqual({ ok: true })
    expect(answer.attempts).toBe(1)
    expect(server.received[0]).toMatchObject({ method: 'GET', path: '/path?q=1' })
    expect(server.received[0]?.headers['user-agent']).toBe('stagegate/test')
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is unpacked when it comes as %s', async (encoding, pack) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    await using server = await startServer(say(200, headers, pack('{"packed":true}')))
    const answer = await createSubject().http.send(get(server.url))
    expect(answer.json()).toEqual({ packed: true })
  })

  it('of an error is given back with any media type and at most 64 KiB of its body', async () => {
    await using server = await startServer(say(400, { 'content-type': 'text/html' }, 'x'.repeat(100_000)))
    const answer = await createSubject().http.send(get(server.url))
    expect(answer.status).toBe(400)
    expect(answer.body.length).toBe(65_536)
  })

  it('uses one connection for requests that follow each other', async () => {
    const ports = new Set<number | undefined>()
    await using server = await startServer((response) => {
      ports.add(response.socket?.remotePort)
      response.writeHead(200).end()
    })
    const { http } = createSubject()
    for (let count = 0; count < 5; count += 1) await http.send(get(server.url, { accept: 'any' }))
    expect(ports.size).toBe(1)
    http.close()
  })
})

describe('A body that is not what it should be', () => {
  it.each([
    ['a reset before the head', resetBefore, 'reset'],
    ['a reset in the body', resetMidway, 'cut'],
    ['an end before the announced length', finMidway, 'cut'],
    ['a missing last chunk', cutChunks, 'cut'],
    [
      'truncated JSON of the right length',
      say(200, { 'content-type': 'application/json' }, '{"a":'),
      'garbage',
    ],
    ['HTML', say(200, { 'content-type': 'text/html' }, '<html></html>'), 'media-type'],
    ['nothing', say(200, { 'content-type': 'application/json' }), 'garbage'],
    [
      'bytes that are not UTF-8',
      say(200, { 'content-type': 'application/json' }, Buffer.from('"\xff"', 'latin1')),
      'garbage',
    ],
    [
      'broken gzip',
      say(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'no'),
      'garbage',
    ],
    [
      'an unknown encoding',
      say(200, { 'content-type': 'application/json', 'content-encoding': 'x' }, 'no'),
      'garbage',
    ],
  ] as const)('fails with %s', async (_name, behaviour, kind) => {
    await using server = await startServer(behaviour)
    const { http, clock } = createSubject()
    const failure = await failureOf(http.send(get(server.url, { policy: patience })))
    expect(failure.kind).toBe(kind)
    expect(clock.pending()).toBe(0)
  })

  it('fails when it is larger than the limit, without a second try', async () => {
    await using server = await startServer(
      say(200, { 'content-type': 'application/json' }, `"${'x'.repeat(2000)}"`),
    )
    const failure = await failureOf(createSubject().http.send(get(server.url, { maxBytes: 1000 })))
    expect(failure.kind).toBe('too-large')
    expect(server.received).toHaveLength(1)
  })

  it('fails when it would unpack to more than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    await using server = await startServer(
      say(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, bomb),
    )
    const failure = await failureOf(createSubject().http.send(get(server.url)))
    expect(failure.kind).toBe('too-large')
  })

  it('is whole again on the next attempt', async () => {
    await using server = await startServer(resetMidway, cutChunks, sayJson({ whole: true }))
    const { http, lines } = createSubject()
    const answer = await http.send(get(server.url))
    expect(answer.json()).toEqual({ whole: true })
    expect(answer.attempts).toBe(3)
    expect(lines).toEqual([
      'vault: the body was cut (ECONNRESET) (attempt 1 of 5, next in 0.3 s, 30 s left)',
      expect.stringMatching(/^vault: the body was cut.* \(attempt 2 of 5, next in 0.5 s, 30 s left\)$/),
    ])
  })
})

it('An error holds nothing of headers, body or query', async () => {
  await using server = await startServer(resetBefore)
  const request = post(`${server.url.replace('//', '//user:canary-1@')}/path?token=canary-2`, {
    headers: { authorization: 'Bearer canary-3' },
    body: 'canary-4',
  })
  const failure = await failureOf(createSubject().http.send(request))
  expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain('canary')
})
