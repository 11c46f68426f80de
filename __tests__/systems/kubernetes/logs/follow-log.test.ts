import { expect, test } from 'vitest'
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
  const ended = await clock.run(followLog(client, clock, source, signal, (line) => lines.push(line)))
  return { ended, lines, since }
}

test('a log goes on after the node has said that it has none', async () => {
  const first = '2026-11-26T10:00:00.100000000Z one\n'
  const { ended, lines } = await follow([
    `${first}unable to retrieve container logs for containerd://abc\n`,
    `${first}2026-11-26T10:00:01.000000000Z two\n`,
    '2026-11-26T10:00:02.000000000Z three\n',
  ])
  expect(lines).toEqual(['one', 'two', 'three'])
  expect(ended).toBe(true)
})

test('a log is gone on with where it was, by the clock of its node', async () => {
  const { lines, since } = await follow([
    '2026-11-26T10:00:00.900000000+01:00 one\n2026-11-26T10:00:00.950000000+01:00\n',
    '2026-11-26T10:00:00.900000000+01:00 one\n2026-11-26T10:00:01.000000000+01:00 two\n',
  ])
  expect(lines).toEqual(['one', '', 'two'])
  expect(since.slice(0, 2)).toEqual([undefined, '2026-11-26T09:00:00.000Z'])
})
