import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttp } from '../../../../src/systems/http/create-http.ts'
import type { Http } from '../../../../src/systems/http/http.ts'
import { patchObject } from '../../../../src/systems/kubernetes/apply/patch-object.ts'
import { readObject } from '../../../../src/systems/kubernetes/apply/read-object.ts'
import {
  type ApiAnswer,
  type ApiClient,
  createApiClient,
} from '../../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../../src/systems/kubernetes/client/connection.ts'
import { expectList } from '../../../../src/systems/kubernetes/client/expect-body.ts'
import { listObjects } from '../../../../src/systems/kubernetes/watch/list-objects.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { type ApiServer, json, startApiServer } from './api-server.ts'

const signal = new AbortController().signal
let server: ApiServer
let http: Http
let client: ApiClient

beforeAll(async () => {
  server = await startApiServer()
})
afterAll(() => server.close())

beforeEach(() => {
  const clock = createFakeClock()
  http = createHttp({ clock, userAgent: 'test', env: {} })
  const credentials = {
    kind: 'oidc',
    server: server.url,
    caCertificate: server.ca,
    audience: 'cluster',
  } as const
  client = createApiClient(
    http,
    createConnections(credentials, () => Promise.resolve('token'), clock),
  )
})
afterEach(() => {
  http.close()
})

const api = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'staging', uid: 'u' },
  spec: { replicas: 1 },
}
const resource = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
}
const failure = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'quota "small": hunter2' }

const patch = () => patchObject(client, resource, api, { dryRun: false, force: false, signal })
const read = () => readObject(client, resource, { ...api, name: 'api', namespace: 'staging' }, signal)

describe('an answer with the status of a success', () => {
  const wrong = [
    ['a failure', failure, 'Forbidden: quota "small"'],
    ['an object of another kind', { ...api, kind: 'ReplicaSet' }, 'kind is "ReplicaSet", not Deployment'],
    ['another version of the kind', { ...api, apiVersion: 'apps/v1beta1' }, 'apiVersion is "apps/v1beta1"'],
    [
      'an object of another name',
      { ...api, metadata: { ...api.metadata, name: 'web' } },
      'name is "web", not api',
    ],
    [
      'one of another namespace',
      { ...api, metadata: { ...api.metadata, namespace: 'prod' } },
      'namespace is "prod", not staging',
    ],
    ['nothing of an object', {}, 'apiVersion is missing'],
    ['null', null, 'apiVersion is missing'],
    ['a list', [api], 'apiVersion is missing'],
  ] as const

  test.each(wrong)('that is %s is never taken for what was applied', async (_what, body, said) => {
    server.answer(json(200, body))
    const before = server.asked.length
    await expect(patch()).rejects.toMatchObject({
      code: 'E_KUBE_PROTOCOL',
      message: expect.stringContaining(said) as string,
    })
    expect(server.asked).toHaveLength(before + 2)
  })

  test.each(wrong)('that is %s is never taken for what is there', async (_what, body, said) => {
    server.answer(json(200, body))
    await expect(read()).rejects.toMatchObject({
      code: 'E_KUBE_PROTOCOL',
      message: expect.stringContaining(said) as string,
    })
  })

  test('is asked for once more, and then taken when it is right', async () => {
    const answers = [failure, api]
    server.answer((request, response) => {
      json(200, answers.shift())(request, response)
    })
    expect(await patch()).toMatchObject({ object: api, created: false })
  })

  test('is not asked for again where that could do a thing twice', async () => {
    server.answer(json(201, failure))
    const before = server.asked.length
    const created = client.send({
      method: 'POST',
      path: '/api/v1/events',
      signal,
      purpose: 'create an event',
    })
    await expect(created).rejects.toMatchObject({ code: 'E_KUBE_PROTOCOL' })
    expect(server.asked).toHaveLength(before + 1)
  })

  test('about a Secret is told without what may be its values', async () => {
    server.answer(json(200, failure))
    const secret = { apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 'staging' }
    const asked = readObject(
      client,
      { ...resource, group: '', kind: 'Secret', plural: 'secrets' },
      secret,
      signal,
    )
    const error: unknown = await asked.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_KUBE_PROTOCOL' })
    expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2/)
  })

  test.each([
    ['a failure', failure],
    ['a list of another kind', { kind: 'PodList', items: [] }],
    ['a list without items', { kind: 'DeploymentList' }],
  ])('that is %s is never taken for an empty list', async (_what, body) => {
    server.answer(json(200, body))
    const check = expectList('Deployment')
    const listed = client.send({
      method: 'GET',
      path: '/apis/apps/v1/deployments',
      signal,
      purpose: 'list',
      check,
    })
    await expect(listed).rejects.toMatchObject({ code: 'E_KUBE_PROTOCOL' })
    const objects = listObjects(client, { resource, namespace: 'staging' }, signal)
    await expect(objects).rejects.toMatchObject({ code: 'E_KUBE_PROTOCOL' })
  })

  test('that always has a next page, or a page that has always expired, is no list without an end', async () => {
    const page = { kind: 'DeploymentList', metadata: { resourceVersion: '7', continue: 'next' }, items: [] }
    const calls: string[] = []
    const answering = (answers: (call: number) => ApiAnswer): ApiClient => ({
      ...client,
      send({ query }) {
        calls.push(query?.continue ?? '')
        return Promise.resolve(answers(calls.length))
      },
    })
    const ok: ApiAnswer = { status: 200, body: page, refusal: undefined }
    const gone: ApiAnswer = { status: 410, body: undefined, refusal: undefined }
    for (const answers of [() => ok, (call: number) => (call % 2 === 0 ? gone : ok)]) {
      calls.length = 0
      const listed = listObjects(answering(answers), { resource, namespace: 'staging' }, signal)
      await expect(listed).rejects.toMatchObject({ code: 'E_KUBE_PROTOCOL' })
      expect(calls.length).toBeLessThanOrEqual(2000)
    }
  })

  test.each([[[]], [null]])('that is a list with %j for its items is an empty list', async (items) => {
    server.answer(json(200, { kind: 'DeploymentList', metadata: { resourceVersion: '7' }, items }))
    const listed = await listObjects(client, { resource, namespace: 'staging' }, signal)
    expect(listed).toEqual({ items: [], resourceVersion: '7' })
  })
})
