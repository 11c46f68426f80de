import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FaultBook, parseFault } from './faults.ts'
import { type GithubServer, startGithubServer } from './server.ts'

const statusPath = `/repos/acme/ai-gen-service/statuses/${'a'.repeat(40)}`

describe('a fault rule', () => {
  test('strikes once, as often as it says, or for ever, after the requests it lets pass', () => {
    const book = new FaultBook()
    book.add({ fault: 'status:500', method: 'POST', after: 1, times: 2 })
    book.add({ fault: 'hang', pathPattern: '^/meta$', times: 'forever' })
    const strikes = (method: string, path: string) => book.take({ method, path })?.rule.fault
    expect([1, 2, 3, 4].map(() => strikes('POST', '/x'))).toEqual([
      undefined,
      'status:500',
      'status:500',
      undefined,
    ])
    expect([1, 2].map(() => strikes('GET', '/meta'))).toEqual(['hang', 'hang'])
    expect(strikes('GET', '/meta/more')).toBeUndefined()
  })

  test('with an unknown name is an error, not silence', () => {
    expect(() => parseFault({ fault: 'explode' })).toThrow(/Unknown fault explode/)
  })
})

describe('the GitHub server under a fault', () => {
  let server: GithubServer
  let headers: Record<string, string>

  beforeEach(async () => {
    server = await startGithubServer()
    server.createRepository({ owner: 'acme', name: 'ai-gen-service' })
    const token = server.mintToken({ repository: 'acme/ai-gen-service', permissions: { statuses: 'write' } })
    headers = { authorization: `Bearer ${token.value}`, 'content-type': 'application/json' }
  })

  afterEach(async () => {
    await server.close()
  })

  const post = (signal: AbortSignal | null = null) =>
    fetch(server.url + statusPath, { method: 'POST', headers, body: '{"state":"success"}', signal })
  const statuses = () => server.state.repositories[0]!.statuses.length

  test.each([
    'status:500',
    '502',
    'reset',
    'close',
    'html',
    'garbage',
    'empty',
    'rate-limit',
    'secondary-limit',
  ])('does no work for %s, and all of it once the fault is over', async (fault) => {
    server.inject({ operationId: 'repos/create-commit-status', fault })
    await post().then((response) => response.text(), String)
    expect(statuses()).toBe(0)
    expect((await post()).status).toBe(201)
    expect(server.state.requests.map((request) => request.fault)).toEqual([fault, null])
  })

  test.each([
    'after-effect-502',
    'after-effect-reset',
    'after-effect-html',
    'cut-body',
    'reset-body',
    'truncated',
  ])('does the work for %s, and loses the answer', async (fault) => {
    server.inject({ operationId: 'repos/create-commit-status', fault })
    const outcome = await post()
      .then((response) => response.json(), Promise.reject.bind(Promise))
      .then(
        (body: unknown) => body,
        () => 'lost',
      )
    expect(outcome).not.toHaveProperty('id')
    expect(statuses()).toBe(1)
  })

  test.each(['hang', 'hang-body'])(
    'never ends its answer for %s, and records that the client left',
    async (fault) => {
      server.inject({ fault })
      const stop = new AbortController()
      const arrived = new Promise<void>((resolve) => {
        const poll = setInterval(() => {
          if (server.state.requests.length === 0) return
          clearInterval(poll)
          resolve()
        }, 5)
      })
      const call = post(stop.signal).then((response) => response.text())
      await arrived
      stop.abort()
      await expect(call).rejects.toThrow(/abort/)
      await expect.poll(() => server.state.requests[0]!.aborted).toBe(true)
    },
  )

  test('cuts a body short of the length that it promised', async () => {
    server.inject({ fault: 'cut-body' })
    const request = httpRequest(server.url + statusPath, { method: 'POST', headers })
    request.end('{"state":"success"}')
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    const [error] = (await once(response, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
    expect(Buffer.concat(chunks).length).toBeLessThan(Number(response.headers['content-length']))
  })

  test('gives the whole answer in the end for delay and drip', async () => {
    server.inject(
      { method: 'POST', fault: 'delay', delayMs: 1 },
      { pathPattern: '^/meta$', fault: 'drip', delayMs: 1 },
    )
    expect(await (await post()).json()).toMatchObject({ state: 'success' })
    expect(await (await fetch(`${server.url}/meta`)).json()).toHaveProperty('actions')
  })

  test('says how long to wait', async () => {
    server.inject({ fault: 'secondary-limit' }, { fault: '429', retryAfter: '7' }, { fault: 'rate-limit' })
    const answers = [await post(), await post(), await post()]
    expect(answers.map(({ status, headers: got }) => [status, got.get('retry-after')])).toEqual([
      [403, '60'],
      [429, '7'],
      [403, null],
    ])
    expect(answers[2]!.headers.get('x-ratelimit-remaining')).toBe('0')
  })
})
