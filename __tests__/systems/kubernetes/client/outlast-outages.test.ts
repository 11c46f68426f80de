import { describe, expect, test } from 'vitest'
import { type ErrorCode, StagegateError } from '../../../../src/errors/index.ts'
import type { ApiClient, ApiRequest } from '../../../../src/systems/kubernetes/client/api-client.ts'
import { outlastOutages } from '../../../../src/systems/kubernetes/client/outlast-outages.ts'
import { createFakeClock } from '../../fake-clock.ts'

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
