import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import type { Http } from '../../../src/systems/http/http.ts'
import type { Secrets } from '../../../src/systems/runner/secrets.ts'
import { createVault } from '../../../src/systems/vault/create-vault.ts'

/** A token as GitHub's: claims of a job, and a signature that nothing here verifies. */
const claims = {
  repository: 'acme/ai-gen-service',
  repository_id: '42',
  environment: 'staging',
  aud: 'vault',
}
const JWT = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`
const TOKEN = 's.a-token-that-nobody-may-see'
const signal = new AbortController().signal

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let http: Http
let server: Server
let url: string
let answer: Answer
let asked: { readonly line: string; readonly token: unknown; readonly body: string }[]

/** A server whose answers are Vault's, where a real one cannot be brought to give them. */
beforeEach(async () => {
  asked = []
  const clock = { ...systemClock, sleep: () => Promise.resolve() }
  http = createHttp({ clock, userAgent: 'test', env: {} })
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`
      asked.push({ line, token: request.headers['x-vault-token'], body })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  http.close()
  server.closeAllConnections()
  server.close()
})

function json(status: number, value: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}

function vault(auth: 'jwt' | 'token' = 'token', secrets: Secrets = { add: () => undefined }) {
  return createVault({
    http,
    url,
    namespace: undefined,
    tls: undefined,
    secrets,
    auth:
      auth === 'token'
        ? { method: 'token', token: TOKEN }
        : {
            method: 'jwt',
            role: 'staging',
            mount: 'jwt',
            audience: 'vault',
            requestIdToken: () => Promise.resolve(JWT),
          },
  })
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown as Error,
  )
}

describe('a Vault that refuses the login', () => {
  test('is told with its reason, the claims of the run and the role that would match', async () => {
    answer = json(400, { errors: ['error validating claims: claim "environment" does not match'] })
    expect(await failureOf(vault('jwt').open(signal))).toMatchObject({
      code: 'E_VAULT_LOGIN_DENIED',
      message: 'Vault refused the login with the role staging at auth/jwt (400).',
      evidence: expect.arrayContaining([
        'error validating claims: claim "environment" does not match',
        '  repository: acme/ai-gen-service',
        '  {"role_type":"jwt","user_claim":"repository","bound_audiences":["vault"],"bound_claims":{"repository_id":"42","environment":"staging"}}',
      ]),
    })
    expect(asked).toEqual([
      {
        line: 'POST /v1/auth/jwt/login',
        token: undefined,
        body: JSON.stringify({ role: 'staging', jwt: JWT }),
      },
    ])
  })
})

describe('whatever a Vault does', () => {
  const faults: readonly (readonly [string, string, Answer])[] = [
    ['sealed', 'E_VAULT_SEALED', json(503, { errors: ['Vault is sealed'] })],
    ['not initialised', 'E_VAULT_SEALED', json(501, { errors: [] })],
    ['standby', 'E_VAULT_UNAVAILABLE', json(473, { errors: [] })],
    ['a replica that stays behind', 'E_VAULT_UNAVAILABLE', json(412, { errors: [] })],
    ['overloaded', 'E_VAULT_RATE_LIMITED', json(429, { errors: ['rate limit quota exceeded'] })],
    ['broken', 'E_VAULT_UNAVAILABLE', json(500, { errors: ['internal error'] })],
    ['a wrong server', 'E_VAULT_PROTOCOL', (_, response) => void response.end('<html>')],
    ['empty', 'E_VAULT_PROTOCOL', json(200, {})],
    ['of another mind', 'E_VAULT_PROTOCOL', json(200, { auth: { client_token: 7 }, data: [] })],
    ['gone', 'E_VAULT_UNAVAILABLE', (request) => void request.socket.destroy()],
    [
      'cut',
      'E_VAULT_UNAVAILABLE',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        response.write('{"auth":')
        setImmediate(() => response.destroy())
      },
    ],
  ]

  test.each(faults)(
    '(%s), the error has a code, and neither token nor JWT in it',
    async (_what, code, given) => {
      answer = given
      const session = await vault().open(signal)
      const errors = [
        await failureOf(vault('jwt').open(signal)),
        await failureOf(session.read(['secret/staging/x'], signal)),
      ]
      for (const error of errors) {
        expect(error).toMatchObject({ code })
        const everything = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error)
        expect(everything).not.toContain(TOKEN)
        expect(everything).not.toContain(JWT)
      }
    },
  )

  test('a read is repeated when the answer was lost, and the lease that came is revoked', async () => {
    let creds = 0
    answer = (request, response) => {
      if (request.url?.startsWith('/v1/sys/internal') === true) {
        json(200, { data: { path: 'database/', type: 'database' } })(request, response)
      } else if (request.url === '/v1/database/creds/x' && ++creds === 1) response.destroy()
      else if (request.url === '/v1/database/creds/x') {
        json(200, { lease_id: `database/creds/x/${creds}`, data: { username: 'u', password: 'p' } })(
          request,
          response,
        )
      } else response.writeHead(204).end()
    }
    const session = await vault().open(signal)
    expect(await session.read(['database/creds/x'], signal)).toEqual([
      { path: 'database/creds/x', values: { username: 'u', password: 'p' }, leaseId: 'database/creds/x/2' },
    ])
    expect(await session.close(signal)).toEqual({ revoked: true })
    const revoked = asked.filter((each) => each.line.includes('revoke'))
    expect(revoked.map((each) => `${each.line} ${each.body}`)).toEqual([
      'POST /v1/sys/leases/revoke {"lease_id":"database/creds/x/2","sync":true}',
    ])
  })

  test('a path that is named twice is read once: two reads would give two users of a database', async () => {
    let creds = 0
    answer = (request, response) => {
      if (request.url?.startsWith('/v1/sys/internal') === true) {
        json(200, { data: { path: 'database/', type: 'database' } })(request, response)
      } else {
        creds += 1
        const data = { username: `u${creds}`, password: `p${creds}` }
        json(200, { lease_id: `database/creds/x/${creds}`, data })(request, response)
      }
    }
    const session = await vault().open(signal)
    const read = await session.read(['database/creds/x', 'database/creds/x'], signal)
    expect(read.map(({ values }) => values)).toEqual([
      { username: 'u1', password: 'p1' },
      { username: 'u1', password: 'p1' },
    ])
    expect(creds).toBe(1)
  })

  test('every value is registered but for those of public keys, and what is said of them comes with the path', async () => {
    const registered: string[] = []
    const add: Secrets['add'] = (value, origin) => {
      registered.push(`${origin?.place ?? ''} ${origin?.key ?? ''} ${value}`)
      if (value === '5432') origin?.onShown('a short number')
      if (value === 'hunter22') origin?.onWarning('to be said')
    }
    answer = (request, response) => {
      if (request.url?.startsWith('/v1/sys/internal') === true)
        json(200, { data: { path: 'secret/', type: 'kv', options: { version: '1' } } })(request, response)
      else json(200, { data: { PORT: 5432, HOST: 'db', TOKEN: 'hunter22', EMPTY: '' } })(request, response)
    }
    const session = await vault('token', { add }).open(signal)
    const publicKeys = new Map([['secret/x', new Set(['HOST'])]])
    expect(await session.read(['secret/x'], signal, publicKeys)).toMatchObject([
      {
        values: { PORT: '5432', HOST: 'db', TOKEN: 'hunter22', EMPTY: '' },
        notHidden: [{ key: 'PORT', why: 'a short number' }],
        warnings: ['to be said'],
      },
    ])
    expect(registered.filter((line) => line.startsWith('secret/x'))).toEqual([
      'secret/x PORT 5432',
      'secret/x TOKEN hunter22',
    ])
  })

  test('what cannot be revoked is said with the accessor and the time it has left, and never throws', async () => {
    answer = (request, response) => {
      const login = { client_token: TOKEN, accessor: 'the-accessor', lease_duration: 900 }
      const given =
        request.url === '/v1/auth/jwt/login' ? json(200, { auth: login }) : json(500, { errors: [] })
      given(request, response)
    }
    const session = await vault('jwt').open(signal)
    const closed = await session.close(signal)
    expect(closed).toMatchObject({ revoked: false })
    expect(closed.warning).toMatch(/accessor the-accessor.*ends by itself 900 s after/)
    expect(closed.warning).not.toContain(TOKEN)
  })

  test('a cancel is passed on as it is', async () => {
    answer = () => undefined
    const controller = new AbortController()
    const opening = vault('jwt').open(controller.signal)
    controller.abort(new Error('cancelled'))
    await expect(opening).rejects.toThrow('cancelled')
  })
})
