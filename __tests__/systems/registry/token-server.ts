import { execFileSync } from 'node:child_process'
import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { newFolder } from '../new-folder.ts'

export interface TokenServer {
  readonly realm: string
  /** The certificate that a registry verifies tokens with. */
  readonly certificate: string
  /** Query of each request. */
  readonly asked: readonly URLSearchParams[]
  /** Tokens live for so many seconds from now on; negative ones are expired when they arrive. */
  lifetime: number
  close(): Promise<void>
}

/** The token service of the distribution specification, for one login: it signs what the login may do. */
export async function startTokenServer(login: {
  readonly username: string
  readonly password: string
  /** Of the actions asked for, those that are granted. */
  readonly grant: readonly string[]
}): Promise<TokenServer> {
  const folder = newFolder()
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=token', '-days', '1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  const privateKey = createPrivateKey(readFileSync(key))
  const x5c = [readFileSync(certificate, 'utf8').replace(/-----[^-]+-----|\s/g, '')]
  const expected = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`

  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    state.asked.push(query)
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'content-type': 'application/json' })
      return void response.end(
        '{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}',
      )
    }
    const [type = '', name = '', actions = ''] = (query.get('scope') ?? '').split(':')
    const granted = actions.split(',').filter((action) => login.grant.includes(action))
    void new SignJWT({ access: [{ type, name, actions: granted }], jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', x5c, typ: 'JWT' })
      .setIssuer('test')
      .setAudience(query.get('service') ?? '')
      .setIssuedAt()
      .setNotBefore('-10 min')
      .setExpirationTime(Math.floor(Date.now() / 1000) + state.lifetime)
      .sign(privateKey)
      .then((token) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ token, expires_in: state.lifetime }))
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const state = {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    certificate,
    asked: [] as URLSearchParams[],
    lifetime: 300,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return state
}
