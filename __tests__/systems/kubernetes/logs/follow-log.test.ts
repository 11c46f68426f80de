import { expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import type { ApiClient } from '../../../../src/systems/kubernetes/client/api-client.ts'
import { followLog } from '../../../../src/systems/kubernetes/logs/follow-log.ts'
import { createVirtualClock } from '../../virtual-clock.ts'

const source = { namespace: 'n', pod: 'api-1', container: 'main' }

/** A node that gives these bodies one after the other; the container runs until the last one. */
function nodeWith(bodies: readonly string[]): {
  readonly client: ApiClient
  readonly since: (string | undefined)[]
} {
  const since: (string | undefined)[] = []
  const client: Partial<ApiClient> = {
    stream({ query = {} }) {
      since.push(query.sinceTime)
      return Promise.resolve(chunks(bodies[since.length - 1] ?? bodies.at(-1) ?? ''))
    },
    send() {
      const state = since.length < bodies.length ? { running: {} } : { terminated: { exitCode: 0 } }
      const body = { status: { containerStatuses: [{ name: 'main', state }] } }
      return Promise.resolve({ status: 200, body, refusal: undefined })
    },
  }
  return { client: client as ApiClient, since }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve()
  yield Buffer.from(text)
}

async function follow(bodies: readonly string[]) {
  const clock = createVirtualClock()
  const { client, since } = nodeWith(bodies)
  const lines: string[] = []
  const { signal } = new AbortController()
  const lost = await clock.run(followLog(client, clock, source, signal, (line) => lines.push(line)))
  return { lost, lines, since }
}

test('a log goes on after the node has said that it has none', async () => {
  const first = '2026-11-26T10:00:00.100000000Z one\n'
  const { lost, lines } = await follow([
    `${first}unable to retrieve container logs for containerd://abc\n`,
    `${first}2026-11-26T10:00:01.000000000Z two\n`,
    '2026-11-26T10:00:02.000000000Z three\n',
  ])
  expect(lines).toEqual(['one', 'two', 'three'])
  expect(lost).toBeUndefined()
})

test('a log is gone on with where it was, by the clock of its node', async () => {
  const { lines, since } = await follow([
    '2026-11-26T10:00:00.900000000+01:00 one\n2026-11-26T10:00:00.950000000+01:00\n',
    '2026-11-26T10:00:00.900000000+01:00 one\n2026-11-26T10:00:01.000000000+01:00 two\n',
  ])
  expect(lines).toEqual(['one', '', 'two'])
  expect(since.slice(0, 2)).toEqual([undefined, '2026-11-26T09:00:00.000Z'])
})

test.each([
  ['E_KUBE_UNAVAILABLE', 5],
  ['E_KUBE_FORBIDDEN', 1],
] as const)('a log that cannot be read is lost for that, after %s %i times', async (code, times) => {
  const clock = createVirtualClock()
  let asked = 0
  const client: Partial<ApiClient> = {
    stream() {
      asked += 1
      return Promise.reject(new StagegateError(code, { message: 'no' }))
    },
  }
  const lost = await clock.run(
    followLog(client as ApiClient, clock, source, new AbortController().signal, () => undefined),
  )
  expect(lost).toMatchObject({ code, message: 'no' })
  expect(asked).toBe(times)
})

test('the log of a pod that is gone is not lost', async () => {
  const gone = new StagegateError('E_KUBE_NOT_FOUND', { message: 'pods "api-1" not found' })
  const client: Partial<ApiClient> = { stream: () => Promise.reject(gone) }
  const { signal } = new AbortController()
  const clock = createVirtualClock()
  expect(
    await clock.run(followLog(client as ApiClient, clock, source, signal, () => undefined)),
  ).toBeUndefined()
})

test('a log that nobody wants any more is not lost', async () => {
  const clock = createVirtualClock()
  const wanted = new AbortController()
  const client: Partial<ApiClient> = {
    stream() {
      wanted.abort(new Error('enough'))
      return Promise.reject(new Error('aborted'))
    },
  }
  const lost = await clock.run(followLog(client as ApiClient, clock, source, wanted.signal, () => undefined))
  expect(lost).toBeUndefined()
})
