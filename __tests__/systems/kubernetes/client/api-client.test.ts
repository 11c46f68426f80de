import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttp } from '../../../../src/systems/http/create-http.ts'
import type { Http } from '../../../../src/systems/http/http.ts'
import { type ApiClient, createApiClient } from '../../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../../src/systems/kubernetes/client/connection.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { type ApiServer, json, startApiServer } from './api-server.ts'

const signal = new AbortController().signal
const clock = createFakeClock()
let server: ApiServer
let http: Http

beforeAll(async () => {
  server = await startApiServer()
})

afterAll(() => server.close())

let minted: string[]
let client: ApiClient

// Each test with its own budget of retries.
beforeEach(() => {
  http = createHttp({ clock, userAgent: 'test', env: {} })
  minted = []
  client = clientOf(server.ca)
})

afterEach(() => {
  http.close()
})

function clientOf(caCertificate: string | undefined, url = server.url): ApiClient {
  const credentials = { kind: 'oidc', server: url, caCertificate, audience: 'cluster' } as const
  const requestIdToken = (audience: string) => {
    minted.push(`token-${audience}-${minted.length + 1}`)
    return Promise.resolve(minted.at(-1) ?? '')
  }
  return createApiClient(http, createConnections(credentials, requestIdToken, clock))
}

const get = (path = '/api/v1/pods') => client.send({ method: 'GET', path, signal, purpose: 'list pods' })
const status = (code: number, message: string, reason = '', details: object = {}) =>
  json(code, { kind: 'Status', status: 'Failure', message, reason, code, details })

describe('the credentials of a request', () => {
  test('are a token that is asked for once, however many requests there are', async () => {
    server.answer(json(200, {}))
    await Promise.all([get(), get(), get()])
    expect(minted).toEqual(['token-cluster-1'])
  })

  test('are renewed once, for all requests together, when the server no longer accepts them', async () => {
    server.answer((request, response) => {
      const known = request.headers.authorization !== 'Bearer token-cluster-1'
      json(known ? 200 : 401, { known })(request, response)
    })
    const answers = await Promise.all([get(), get(), get()])
    expect(answers.map((each) => each.body)).toEqual(Array(3).fill({ known: true }))
    expect(minted).toHaveLength(2)
  })

  test('that are refused again are an error without them', async () => {
    server.answer(status(401, 'Unauthorized', 'Unauthorized'))
    const error: unknown = await get().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_KUBE_AUTH' })
    expect(minted).toHaveLength(2)
    expect(inspect(error, { depth: 9 })).not.toMatch(/token-cluster/)
  })

  test('are never sent to an address without TLS', async () => {
    client = clientOf(undefined, server.url.replace('https:', 'http:'))
    await expect(get()).rejects.toMatchObject({ code: 'E_KUBE_CONFIG' })
    expect(minted).toEqual([])
  })
})

describe('an answer', () => {
  test.each([
    [400, 'bad', '', 'E_MANIFEST_INVALID'],
    [403, 'pods is forbidden: User "x" cannot list resource "pods"', 'Forbidden', 'E_KUBE_FORBIDDEN'],
    [403, 'pods "a" is forbidden: exceeded quota: small', 'Forbidden', 'E_QUOTA'],
    [
      403,
      'pods "a" is forbidden: violates PodSecurity "restricted:latest"',
      'Forbidden',
      'E_ADMISSION_DENIED',
    ],
    [
      403,
      'configmaps "a" is forbidden: unable to create new content in namespace b because it is being terminated',
      'Forbidden',
      'E_NAMESPACE_MISSING',
    ],
    [
      422,
      "services \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      'Invalid',
      'E_ADMISSION_DENIED',
    ],
    [400, 'admission webhook "v.example.com" denied the request: no', 'BadRequest', 'E_ADMISSION_DENIED'],
    [403, 'admission webhook "v.example.com" denied the request: no', 'Forbidden', 'E_ADMISSION_DENIED'],
    [404, 'pods "a" not found', 'NotFound', 'E_KUBE_NOT_FOUND'],
    [404, 'the server could not find the requested resource', 'NotFound', 'E_KUBE_NO_KIND'],
    [409, 'the object has been modified', 'Conflict', 'E_KUBE_CONFLICT'],
    [422, 'spec.selector: Invalid value: field is immutable', 'Invalid', 'E_IMMUTABLE_FIELD'],
    [422, 'spec.containers: Required value', 'Invalid', 'E_MANIFEST_INVALID'],
    [415, 'the body of the request was in an unknown format', 'UnsupportedMediaType', 'E_KUBE_TOO_OLD'],
    [500, 'etcdserver: request is too large', '', 'E_MANIFEST_INVALID'],
    [
      500,
      'rpc error: code = ResourceExhausted desc = trying to send message larger than max (3 vs. 2)',
      '',
      'E_MANIFEST_INVALID',
    ],
    [429, 'too many requests', 'TooManyRequests', 'E_KUBE_THROTTLED'],
    [
      500,
      'failed to create typed patch object (a): .spec.x: field not declared in schema',
      '',
      'E_MANIFEST_INVALID',
    ],
    [
      500,
      'Internal error occurred: failed to allocate a serviceIP: range is full',
      'InternalError',
      'E_KUBE_EXHAUSTED',
    ],
    [500, 'etcdserver: leader changed', '', 'E_KUBE_UNAVAILABLE'],
    [500, 'Internal error occurred: failed calling webhook "v.example.com": no', '', 'E_WEBHOOK_UNAVAILABLE'],
    [500, 'conversion webhook for example.com/v1, Kind=A failed: no', '', 'E_WEBHOOK_UNAVAILABLE'],
    [400, 'admission webhook "v.example.com" does not support dry run', 'BadRequest', 'E_WEBHOOK_NO_DRY_RUN'],
    [503, 'apiserver is shutting down', '', 'E_KUBE_UNAVAILABLE'],
  ])('with %i and "%s" is an error with a code', async (code, message, reason, expected) => {
    server.answer(status(code, message, reason))
    await expect(get()).rejects.toMatchObject({
      code: expected,
      message: expect.stringContaining(message) as string,
    })
  })

  test('that tells of a missing namespace says so', async () => {
    server.answer(status(404, 'namespaces "a" not found', 'NotFound', { kind: 'namespaces', name: 'a' }))
    await expect(get()).rejects.toMatchObject({ code: 'E_NAMESPACE_MISSING' })
  })

  test.each([
    'failed to create typed patch object (a): .x: field not declared in schema',
    'etcdserver: request is too large',
    'Internal error occurred: failed to allocate a nodePort: range is full',
  ])('that will be the same again is not asked for again: %s', async (message) => {
    server.answer(status(500, message))
    const before = server.asked.length
    await expect(get()).rejects.toThrow()
    expect(server.asked).toHaveLength(before + 1)
  })

  test('about a Secret is told without what may be its values', async () => {
    server.answer(
      status(422, 'Invalid value: "hunter2"', 'Invalid', {
        causes: [{ field: 'data.a', reason: 'FieldValueInvalid', message: 'Invalid value: "hunter2"' }],
      }),
    )
    const error: unknown = await client
      .send({ method: 'GET', path: '/', signal, purpose: 'apply Secret staging/a', sensitive: true })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_MANIFEST_INVALID', evidence: ['data.a: FieldValueInvalid'] })
    expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2/)
  })

  test('that is a page of a proxy is no answer of Kubernetes', async () => {
    server.answer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    )
    await expect(get()).rejects.toMatchObject({ code: 'E_KUBE_PROTOCOL' })
  })

  test('that comes after an outage is taken', async () => {
    let left = 3
    server.answer((request, response) => {
      left -= 1
      if (left > 0) response.destroy()
      else json(200, { kind: 'PodList' })(request, response)
    })
    expect((await get()).body).toEqual({ kind: 'PodList' })
  })

  test('of a server that is not the one whose authority was given is not taken', async () => {
    client = clientOf(undefined)
    await expect(get()).rejects.toMatchObject({ code: 'E_KUBE_TLS' })
  })
})
