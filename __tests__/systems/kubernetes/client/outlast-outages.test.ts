import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ErrorCode, StagegateError } from '../../../../src/errors/index.ts'
import { createHttp } from '../../../../src/systems/http/create-http.ts'
import type { Http } from '../../../../src/systems/http/http.ts'
import {
  type ApiClient,
  type ApiRequest,
  createApiClient,
} from '../../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../../src/systems/kubernetes/client/connection.ts'
import { outlastOutages } from '../../../../src/systems/kubernetes/client/outlast-outages.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { type ApiServer, json, startApiServer } from './api-server.ts'

const request: ApiRequest = {
  method: 'PATCH',
  path: '/api/v1/namespaces/staging/configmaps/a',
  repeatable: true,
  signal: new AbortController().signal,
  purpose: 'apply ConfigMap a',
}

/** A client behind which the server fails in one way until some time has passed. */
function failing(code: ErrorCode, untilMs: number) {
  const clock = createFakeClock()
  const seen = { sent: 0, probes: 0 }
  const fail = () => {
    if (clock.monotonic() < untilMs) throw new StagegateError(code, { message: 'no' })
  }
  const client: ApiClient = {
    async send() {
      await Promise.resolve()
      seen.sent += 1
      fail()
      return { status: 200, body: {}, refusal: undefined }
    },
    async sendRaw() {
      await Promise.resolve()
      seen.probes += 1
      fail()
      return {} as Awaited<ReturnType<ApiClient['sendRaw']>>
    },
    stream: () => Promise.reject(new Error('not asked for')),
  }
  return { client: outlastOutages(client, clock), clock, seen }
}

describe('a server that is away', () => {
  test('for less than a minute is waited for, by one request for all', async () => {
    const { client, seen } = failing('E_KUBE_UNAVAILABLE', 45_000)
    await Promise.all(Array.from({ length: 100 }, () => client.send(request)))
    expect(seen.sent).toBeLessThanOrEqual(300)
    expect(seen.probes).toBeLessThan(40)
  })

  test('for longer is an error that says how long it was tried', async () => {
    const { client, clock } = failing('E_KUBE_UNAVAILABLE', Infinity)
    await expect(client.send(request)).rejects.toMatchObject({
      code: 'E_KUBE_UNAVAILABLE',
      evidence: [expect.stringMatching(/^given up after \d+ tries in \d+ s$/)],
    })
    expect(clock.monotonic()).toBeGreaterThanOrEqual(60_000)
    expect(clock.monotonic()).toBeLessThan(90_000)
  })
})

describe('a webhook that does not answer', () => {
  test('is asked again for four minutes', async () => {
    const late = failing('E_WEBHOOK_UNAVAILABLE', 230_000)
    await expect(late.client.send(request)).resolves.toMatchObject({ status: 200 })
    expect(new Set(late.clock.slept)).toEqual(new Set([2000]))
    const never = failing('E_WEBHOOK_UNAVAILABLE', Infinity)
    await expect(never.client.send(request)).rejects.toMatchObject({ code: 'E_WEBHOOK_UNAVAILABLE' })
    expect(never.clock.monotonic()).toBe(240_000)
  })
})

describe('a kind that discovery shows and the server does not know yet', () => {
  test('is waited for, twenty times half a second', async () => {
    const late = failing('E_KUBE_NO_KIND', 9000)
    await expect(late.client.send({ ...request, discovered: true })).resolves.toMatchObject({ status: 200 })
    expect(new Set(late.clock.slept)).toEqual(new Set([500]))
    const never = failing('E_KUBE_NO_KIND', Infinity)
    await expect(never.client.send({ ...request, discovered: true })).rejects.toMatchObject({
      code: 'E_KUBE_NO_KIND',
    })
    expect(never.seen.sent).toBe(21)
  })

  test('is asked for once where discovery has not shown it', async () => {
    const { client, seen } = failing('E_KUBE_NO_KIND', Infinity)
    await expect(client.send(request)).rejects.toMatchObject({ code: 'E_KUBE_NO_KIND' })
    expect(seen.sent).toBe(1)
  })
})

describe('a conflict', () => {
  /** A server that answers 409 so many times. */
  function conflicting(times: number, cause?: string) {
    const clock = createFakeClock()
    let sent = 0
    const causes = cause === undefined ? [] : [{ reason: cause, field: '.data', message: 'no' }]
    const client: ApiClient = {
      async send() {
        await Promise.resolve()
        sent += 1
        if (sent > times) return { status: 200, body: {}, refusal: undefined }
        const refusal = { message: 'please try again', reason: 'Conflict', kind: 'resourcequotas', causes }
        return { status: 409, body: undefined, refusal }
      },
      sendRaw: () => Promise.reject(new Error('not asked for')),
      stream: () => Promise.reject(new Error('not asked for')),
    }
    return { client: outlastOutages(client, clock), clock, count: () => sent }
  }
  const apply: ApiRequest = { ...request, allow: [409], retryConflict: true }

  test('of two writers to one quota is tried five times, within a second each', async () => {
    const { client, clock, count } = conflicting(4)
    await expect(client.send(apply)).resolves.toMatchObject({ status: 200 })
    expect(count()).toBe(5)
    expect(clock.slept).toEqual([37.5, 75, 150, 300])
    const always = conflicting(Infinity)
    await expect(always.client.send(apply)).resolves.toMatchObject({ status: 409 })
    expect(always.count()).toBe(5)
  })

  test('about who owns a field is final, and so is one that the caller judges alone', async () => {
    const fields = conflicting(9, 'FieldManagerConflict')
    await expect(fields.client.send(apply)).resolves.toMatchObject({ status: 409 })
    const own = conflicting(9)
    await expect(own.client.send({ ...request, allow: [409] })).resolves.toMatchObject({ status: 409 })
    expect([fields.count(), own.count()]).toEqual([1, 1])
  })
})

describe('a server that turns requests away because there are too many', () => {
  let server: ApiServer
  let http: Http | undefined

  beforeAll(async () => {
    server = await startApiServer()
  })

  afterEach(() => http?.close())

  afterAll(() => server.close())

  /** Our client against a server that asks to wait some seconds, so many times. */
  function throttled(seconds: string, times: number) {
    const clock = createFakeClock()
    http = createHttp({ clock, userAgent: 'test', env: {} })
    const credentials = { kind: 'oidc', server: server.url, caCertificate: server.ca, audience: 'c' } as const
    const connections = createConnections(credentials, () => Promise.resolve('token'), clock)
    let sent = 0
    server.answer((incoming, response) => {
      sent += 1
      if (sent > times) json(200, {})(incoming, response)
      else response.writeHead(429, { 'retry-after': seconds }).end('Too many requests')
    })
    return { client: outlastOutages(createApiClient(http, connections), clock), clock, count: () => sent }
  }

  test('is waited for as long as it asks, each time', async () => {
    const { client, clock, count } = throttled('5', 6)
    await expect(client.send(request)).resolves.toMatchObject({ status: 200 })
    expect(count()).toBe(7)
    expect(clock.slept).toEqual([5000, 5000, 5000, 5000, 5000, 5000])
  })

  test('is not waited for longer than a minute, and the error says until when', async () => {
    const { client, clock, count } = throttled('25', Infinity)
    await expect(client.send(request)).rejects.toMatchObject({
      code: 'E_KUBE_THROTTLED',
      evidence: [expect.stringMatching(/^the server asks to wait until 20\d\d-.*Z$/)],
    })
    expect(clock.slept).toEqual([25_000, 25_000])
    expect(count()).toBe(3)
  })
})

describe('a request', () => {
  test('that may not be sent again is sent once', async () => {
    const { client, seen } = failing('E_KUBE_UNAVAILABLE', 1000)
    await expect(client.send({ ...request, repeatable: false })).rejects.toThrow('no')
    expect(seen).toEqual({ sent: 1, probes: 0 })
  })

  test.each(['E_KUBE_FORBIDDEN', 'E_MANIFEST_INVALID', 'E_KUBE_TLS', 'E_KUBE_UNREACHABLE'] as const)(
    'that ends with %s is sent once',
    async (code) => {
      const { client, seen } = failing(code, Infinity)
      await expect(client.send(request)).rejects.toMatchObject({ code })
      expect(seen.sent).toBe(1)
    },
  )

  test('ends with its signal', async () => {
    const { client } = failing('E_KUBE_UNAVAILABLE', Infinity)
    const stop = new AbortController()
    const sending = client.send({ ...request, signal: stop.signal })
    stop.abort(new Error('stopped'))
    await expect(sending).rejects.toThrow(/stopped|no/)
  })
})
