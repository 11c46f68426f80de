import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../../src/systems/http/create-http.ts'
import type { Http } from '../../../../src/systems/http/http.ts'
import { createApiClient } from '../../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../../src/systems/kubernetes/client/connection.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { known } from '../../../../src/systems/kubernetes/discovery/api-resource.ts'
import { ObjectStore } from '../../../../src/systems/kubernetes/watch/object-store.ts'
import { observe } from '../../../../src/systems/kubernetes/watch/observe.ts'
import { type ApiServer, json, startApiServer } from '../client/api-server.ts'

/** Waits are a hundred times as short, the time that passes is the real one. */
const hasty: Clock = {
  ...systemClock,
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 100, signal),
}

let server: ApiServer
let http: Http
let store: ObjectStore
let ended: AbortController
let troubles: string[]
/** Of each test its own: a request that an earlier one has left is not this one's. */
let namespace = 'n0'

beforeAll(async () => {
  server = await startApiServer()
})

afterAll(() => server.close())

beforeEach(() => {
  http = createHttp({ clock: hasty, userAgent: 'test', env: {} })
  store = new ObjectStore()
  ended = new AbortController()
  troubles = []
  namespace = `n${Number(namespace.slice(1)) + 1}`
})

afterEach(() => {
  ended.abort()
  http.close()
})

/** Begins to observe pods. */
function start(): Promise<never> {
  const credentials = { kind: 'oidc', server: server.url, caCertificate: server.ca, audience: 'a' } as const
  const connections = createConnections(credentials, () => Promise.resolve('token'), hasty)
  const observing = observe(
    {
      client: createApiClient(http, connections),
      clock: hasty,
      signal: ended.signal,
      store,
      onChange: () => undefined,
      onTrouble: ({ message }) => troubles.push(message),
    },
    { resource: known.pods, namespace },
  )
  observing.catch(() => undefined)
  return observing
}

const pod = (name: string, version: number): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, resourceVersion: String(version) },
})
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
const podList = (version: number, ...items: KubernetesObject[]) =>
  json(200, { kind: 'PodList', metadata: { resourceVersion: String(version) }, items })
const names = () =>
  store.values().map(({ metadata }) => `${metadata.name}@${String(metadata.resourceVersion)}`)

/** Answers lists and watches one after the other; the last ones again and again. */
function serve(
  lists: readonly ReturnType<typeof json>[],
  watches: readonly ((response: ServerResponse) => void)[],
): void {
  let listed = 0
  let watched = 0
  server.answer((request, response) => {
    const { url = '' } = request
    if (!url.includes(`/${namespace}/`)) {
      response.destroy()
      return
    }
    if (!request.url?.includes('watch=true')) {
      lists[Math.min(listed++, lists.length - 1)]?.(request, response)
      return
    }
    const next = watches[Math.min(watched++, watches.length - 1)]
    if (next === undefined) throw new Error('no watch is expected')
    next(response)
  })
}

const says =
  (...lines: string[]) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const each of lines) response.write(each)
  }
const saysAndEnds =
  (...lines: string[]) =>
  (response: ServerResponse) => {
    says(...lines)(response)
    response.end()
  }

const cut = (response: ServerResponse): void => {
  response.socket?.destroy()
}
const refuses =
  (code: number, reason: string) =>
  (response: ServerResponse): void => {
    json(code, { kind: 'Status', code, reason })(undefined as never, response)
  }

const requests = () => server.asked.filter((each) => each.includes(`/${namespace}/`))
/** What was asked: `list`, or the version that a watch goes on from. */
const asked = () =>
  requests().map((each) => {
    const { searchParams } = new URL(each.slice(4), server.url)
    return searchParams.has('watch') ? `watch ${searchParams.get('resourceVersion') ?? ''}` : 'list'
  })
const until = (is: () => boolean) => expect.poll(is, { interval: 5, timeout: 10_000 }).toBe(true)

describe('an observation', () => {
  test('goes on with a watch where it ended, after its last event or bookmark', async () => {
    serve(
      [podList(5, pod('a', 4))],
      [
        saysAndEnds(line('ADDED', pod('b', 6))),
        saysAndEnds(line('MODIFIED', pod('a', 7)), line('BOOKMARK', { metadata: { resourceVersion: '20' } })),
        says(line('DELETED', pod('b', 21))),
      ],
    )
    void start()
    await until(() => names().join() === 'a@7')
    expect(asked().slice(0, 4)).toEqual(['list', 'watch 5', 'watch 6', 'watch 20'])
    expect(requests()[1]).toMatch(/allowWatchBookmarks=true/)
    expect(troubles).toEqual([])
  })

  test.each([
    ['is cut', cut],
    ['has a version too old', refuses(410, 'Expired')],
    ['is ended by a version too old', saysAndEnds(line('ERROR', { code: 410, reason: 'Expired' }))],
    [
      'is ended by an error of the server',
      saysAndEnds(line('ERROR', { code: 500, message: 'leader changed' })),
    ],
    ['says what is no event', saysAndEnds('<html>\n')],
    ['is cut in the middle of a line', saysAndEnds('{"type":"ADDED","object":{')],
  ])('lists again when a watch %s', async (_, end) => {
    serve([podList(5, pod('a', 4)), podList(30, pod('c', 29))], [end, says()])
    void start()
    await until(() => names().join() === 'c@29')
    await until(() => asked().length === 4)
    expect(asked()).toEqual(['list', 'watch 5', 'list', 'watch 30'])
    expect(troubles).toEqual([])
  })

  test('polls where watching is not allowed', async () => {
    serve(
      [podList(5, pod('a', 4)), podList(6, pod('a', 6)), podList(9, pod('b', 8))],
      [refuses(403, 'Forbidden')],
    )
    void start()
    await until(() => names().join() === 'b@8')
    expect(asked().slice(0, 4)).toEqual(['list', 'watch 5', 'list', 'list'])
  })

  test('asks for a list while a watch is quiet, and leaves one that missed something', async () => {
    serve([podList(5, pod('a', 4)), podList(5, pod('a', 4)), podList(9, pod('a', 9))], [says()])
    void start()
    await until(() => names().join() === 'a@9')
    await until(() => asked().length >= 5)
    expect(asked().slice(0, 5)).toEqual(['list', 'watch 5', 'list', 'list', 'watch 9'])
  })

  test('says that the server does not answer, and waits for it', async () => {
    const unavailable = json(503, { kind: 'Status', message: 'the server is shutting down' })
    serve([podList(5, pod('a', 4)), unavailable, unavailable, podList(9, pod('a', 9))], [cut, says()])
    void start()
    await until(() => names().join() === 'a@9')
    expect(troubles).toEqual([
      expect.stringMatching(/cannot list pods in n\d+: the server is shutting down/),
      expect.stringMatching(/cannot list pods in n\d+: the server is shutting down/),
    ])
  })

  test('ends when listing is not allowed', async () => {
    serve([json(403, { kind: 'Status', message: 'pods is forbidden', reason: 'Forbidden' })], [])
    await expect(start()).rejects.toMatchObject({ code: 'E_KUBE_FORBIDDEN' })
  })

  test('ends with its signal, in the middle of a watch', async () => {
    serve([podList(5)], [says()])
    const observing = start()
    await until(() => asked().length === 2)
    const reason = new Error('enough')
    ended.abort(reason)
    await expect(observing).rejects.toBe(reason)
  })
})
