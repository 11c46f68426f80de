import { expect, test } from 'vitest'
import type { HttpAnswer } from '../../../../src/systems/http/http.ts'
import type { ApiClient } from '../../../../src/systems/kubernetes/client/api-client.ts'
import { readLog } from '../../../../src/systems/kubernetes/logs/read-log.ts'

const source = { namespace: 'n', pod: 'api-1', container: 'main' }
const { signal } = new AbortController()

/** A node that has this log: it takes so many last lines, and of those the first bytes, as the kubelet does. */
function nodeWith(log: string): { readonly client: ApiClient; readonly asked: string[] } {
  const asked: string[] = []
  const client: Partial<ApiClient> = {
    sendRaw({ query = {} }) {
      asked.push(query.tailLines ?? '')
      const lines = log.split('\n').slice(-Number(query.tailLines) - 1)
      const body = Buffer.from(lines.join('\n')).subarray(0, Number(query.limitBytes))
      return Promise.resolve({ status: 200, headers: {}, body } as unknown as HttpAnswer)
    },
  }
  return { client: client as ApiClient, asked }
}

function read(log: string): Promise<readonly string[]> {
  return readLog(nodeWith(log).client, source, { lines: 200, bytes: 16 * 1024, previous: false }, signal)
}

test('the end of a log is read, however long its lines are', async () => {
  const long = Array.from({ length: 500 }, (_, index) => `${index} ${'word '.repeat(400)}`)
  const lines = await read([...long, 'FATAL: cannot reach db:5432', ''].join('\n'))
  expect(lines.at(-1)).toBe('FATAL: cannot reach db:5432')
  expect(lines.slice(0, -1).every((line) => long.includes(line))).toBe(true)
  expect(lines.length).toBeGreaterThan(5)
})

test('a log of short lines is read with one request', async () => {
  const { client, asked } = nodeWith(
    `${Array.from({ length: 300 }, (_, index) => `line ${index}`).join('\n')}\n`,
  )
  const lines = await readLog(client, source, { lines: 200, bytes: 16 * 1024, previous: false }, signal)
  expect(lines).toHaveLength(200)
  expect(lines.at(-1)).toBe('line 299')
  expect(asked).toEqual(['200'])
})

test.each([20_000, 400_000])(
  'a last line of %d characters is cut at its end, between words',
  async (length) => {
    const secret = 'correct-horse-battery-staple'
    const line = `begun ${`${secret} `.repeat(length / secret.length)}`
    const [last = '', ...others] = (await read(`first\n${line}\n`)).toReversed()
    expect(last).toMatch(/^begun correct/)
    expect(last.length).toBeLessThan(16 * 1024)
    expect(last.replaceAll(secret, '')).toMatch(/^begun\s+…$/)
    expect(others.every((each) => each === 'first')).toBe(true)
  },
)

test('of the lines before, none is cut at its beginning', async () => {
  const secret = 'correct-horse-battery-staple'
  const lines = await read(`${Array.from({ length: 150 }, () => secret.repeat(7)).join('\n')}\n`)
  expect(new Set(lines)).toEqual(new Set([secret.repeat(7)]))
})

test('what a node says in the place of a log is not part of it', async () => {
  expect(await read('unable to retrieve container logs for containerd://abc\n')).toEqual([])
})
