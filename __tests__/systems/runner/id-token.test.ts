import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'

import { createHttp } from '../../../src/systems/http/create-http.ts'
import { decodeClaims } from '../../../src/systems/runner/claims.ts'
import { createIdToken } from '../../../src/systems/runner/id-token.ts'
import { createFakeClock } from '../fake-clock.ts'
import {
  type Behaviour,
  cutChunks,
  resetBefore,
  say,
  sayJson,
  startServer,
} from '../http/misbehaving-server.ts'

const clock = createFakeClock({ now: '2026-01-02T03:04:05Z' })
const now = clock.now().getTime() / 1000
const signal = new AbortController().signal

function mint(claims: unknown): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`
}

const good = mint({ aud: 'https://vault', exp: now + 300 })
const sayToken = (token: string) => sayJson({ count: 1, value: token })

async function request(...behaviours: [Behaviour, ...Behaviour[]]) {
  const added: string[] = []
  await using server = await startServer(...behaviours)
  const http = createHttp({ clock: createFakeClock(), env: {}, userAgent: 'stagegate/test' })
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-request-token',
  }
  const secrets = { add: (value: string) => added.push(value) }
  const result = await createIdToken({ http, clock, secrets, env })('https://vault', signal).then(
    (token) => ({ token, error: undefined }),
    (error: unknown) => ({ token: undefined, error }),
  )
  return { ...result, added, received: server.received }
}

describe('An OIDC token', () => {
  it('is asked for with its audience and the token of the job, and registered as secret', async () => {
    const { token, added, received } = await request(sayToken(good))
    expect(token).toBe(good)
    expect(added).toEqual(['canary-request-token', good])
    expect(received[0]?.path).toBe('/token?api-version=2.0&audience=https%3A%2F%2Fvault')
    expect(received[0]?.headers.authorization).toBe('Bearer canary-request-token')
  })

  it('is asked for again after a fault on the way', async () => {
    const { token } = await request(resetBefore, cutChunks, say(503), sayToken(good))
    expect(token).toBe(good)
  })

  it.each([
    ['a refusal', say(403), 'E_OIDC_DENIED', 1],
    ['a server that is down', say(503), 'E_OIDC_UNAVAILABLE', 5],
    ['resets', resetBefore, 'E_OIDC_UNAVAILABLE', 5],
    ['HTML', say(200, { 'content-type': 'text/html' }, '<p>'), 'E_OIDC_PROTOCOL', 2],
    ['no value', sayJson({}), 'E_OIDC_PROTOCOL', 2],
    ['something else', sayToken('abc'), 'E_OIDC_PROTOCOL', 2],
    ['another audience', sayToken(mint({ aud: 'other', exp: now + 300 })), 'E_OIDC_PROTOCOL', 2],
    ['a token that has ended', sayToken(mint({ aud: 'https://vault', exp: now - 1 })), 'E_OIDC_PROTOCOL', 2],
    ['a token without an end', sayToken(mint({ aud: ['https://vault'] })), 'E_OIDC_PROTOCOL', 2],
  ] as const)('fails with %s, and the error holds no token', async (_name, behaviour, code, requests) => {
    const { error, received } = await request(behaviour)
    expect(error).toMatchObject({ code })
    expect(received).toHaveLength(requests)
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(/canary|c2lnbmF0dXJl/)
  })

  it('cannot be had in a job without the permission', async () => {
    const http = createHttp({ clock, env: {}, userAgent: 'stagegate/test' })
    const requestIdToken = createIdToken({ http, clock, secrets: { add: () => undefined }, env: {} })
    await expect(requestIdToken('x', signal)).rejects.toMatchObject({ code: 'E_OIDC_NOT_AVAILABLE' })
  })
})

it('Claims are read from a token, and from nothing else', () => {
  expect(decodeClaims(mint({ sub: 'repo:a/b' }))).toEqual({ sub: 'repo:a/b' })
  for (const text of ['', 'a.b', 'a.b.c', 'a.b.c.d', mint([]), mint(null), mint('x'), `${good}\n`]) {
    expect(decodeClaims(text)).toBeUndefined()
  }
})
