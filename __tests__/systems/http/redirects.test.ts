import { describe, expect, it } from 'vitest'

import { say, sayJson, startServer } from './misbehaving-server.ts'
import { createSubject, get, post } from './subject.ts'

describe('A redirect', () => {
  it('is an answer like any other by default', async () => {
    await using server = await startServer(say(307, { location: '/elsewhere' }))
    expect(await createSubject().http.send(get(server.url))).toMatchObject({ status: 307 })
  })

  it('within the origin is followed with all headers', async () => {
    await using server = await startServer(say(307, { location: '/elsewhere' }), sayJson({ here: true }))
    const headers = { authorization: 'Bearer t' }
    await createSubject().http.send(post(server.url, { headers, followRedirects: true }))
    expect(server.received[1]).toMatchObject({ method: 'POST', path: '/elsewhere', body: '{}' })
    expect(server.received[1]?.headers.authorization).toBe('Bearer t')
  })

  it('to another origin is followed without credentials', async () => {
    await using other = await startServer(sayJson({ here: true }))
    await using server = await startServer(say(302, { location: `${other.url}/blob` }))
    const headers = { Authorization: 'Bearer t', 'X-Vault-Token': 't', Cookie: 'c=t', Range: 'bytes=0-' }
    await createSubject().http.send(get(server.url, { headers, followRedirects: true }))
    const sent = other.received[0]?.headers ?? {}
    expect(Object.keys(sent).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'range',
      'user-agent',
    ])
  })

  it('is followed five times at most', async () => {
    await using server = await startServer(say(302, { location: '/again' }))
    expect(await createSubject().http.send(get(server.url, { followRedirects: true }))).toMatchObject({
      status: 302,
    })
    expect(server.received).toHaveLength(6)
  })
})
