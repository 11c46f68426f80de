import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PeerCertificate, TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { ensureAuthority, ensureCertificate } from '../../../script/lib/testbed/certificate.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import type { Tls } from '../../../src/systems/http/http.ts'
import { createFakeClock } from '../fake-clock.ts'
import { sayJson, startServer } from './misbehaving-server.ts'
import { createSubject, failureOf, get } from './subject.ts'

let folder = ''
let server: Server
let url = ''
let tls: Required<Pick<Tls, 'ca' | 'cert' | 'key'>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagegate-tls-'))
  const authority = await ensureAuthority(folder, 'ca', 'test authority')
  const pair = await ensureCertificate(authority, {
    folder,
    name: 'server',
    subject: '/CN=localhost',
    alternativeNames: ['DNS:localhost'],
  })
  const [ca, cert, key] = await Promise.all(
    [authority.certificate, pair.certificate, pair.key].map((path) => readFile(path, 'utf8')),
  )
  tls = { ca: ca!, cert: cert!, key: key! }
  server = createServer(
    { cert, key, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { socket } = request
      // Without a certificate the peer's is an object without fields.
      const peer: Partial<PeerCertificate> = socket instanceof TLSSocket ? socket.getPeerCertificate() : {}
      const client = peer.subject?.CN ?? ''
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ client }))
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://localhost:${(server.address() as AddressInfo).port}/`
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

describe('A server with a certificate', () => {
  it('of the given authority is trusted, and sees the client certificate', async () => {
    const { http } = createSubject()
    expect((await http.send(get(url, { tls: { ca: tls.ca } }))).json()).toEqual({ client: '' })
    expect((await http.send(get(url, { tls }))).json()).toEqual({ client: 'localhost' })
    http.close()
  })

  it('of nobody we know is refused at once', async () => {
    const { http, clock } = createSubject()
    const failure = await failureOf(http.send(get(url)))
    expect(failure).toMatchObject({ kind: 'tls', code: 'E_HTTP_TLS', attempts: 1 })
    expect(clock.slept).toEqual([])
  })

  it('for another name is refused, unless that name is what was asked for', async () => {
    const { http } = createSubject()
    const byAddress = url.replace('localhost', '127.0.0.1')
    const failure = await failureOf(http.send(get(byAddress, { tls: { ca: tls.ca } })))
    expect(failure).toMatchObject({
      kind: 'tls',
      summary: 'TLS cannot be verified for 127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID)',
    })
    expect((await http.send(get(byAddress, { tls: { ca: tls.ca, serverName: 'localhost' } }))).status).toBe(
      200,
    )
    http.close()
  })

  it('is not looked at where that was asked for, and only there', async () => {
    const { http } = createSubject()
    expect((await http.send(get(url, { tls: { rejectUnauthorized: false } }))).status).toBe(200)
    expect((await failureOf(http.send(get(url)))).kind).toBe('tls')
    http.close()
  })

  it('is expected where there is none', async () => {
    await using plain = await startServer(sayJson({}))
    const failure = await failureOf(createSubject().http.send(get(plain.url.replace('http:', 'https:'))))
    expect(failure.kind).toBe('tls')
  })
})

describe('A proxy of the environment', () => {
  async function startProxy() {
    const tunnels: string[] = []
    const proxy = createHttpServer((request, response) => {
      tunnels.push(`${request.method} ${request.url}`)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"proxied":true}')
    })
    proxy.on('connect', (request, client: Socket) => {
      tunnels.push(`CONNECT ${request.url}`)
      const [, port = ''] = (request.url ?? '').split(':')
      const target = connect(Number(port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        target.pipe(client).pipe(target)
      })
      target.on('error', () => client.destroy())
      client.on('error', () => target.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    return { proxy, tunnels, address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
  }

  const subjectWith = (env: Record<string, string>) => {
    const clock = createFakeClock()
    return { clock, http: createHttp({ clock, env, userAgent: 'stagegate/test' }) }
  }

  it('is used, and the deadline for connecting ends with the handshake through it', async () => {
    const { proxy, tunnels, address } = await startProxy()
    const { http, clock } = subjectWith({ HTTPS_PROXY: address, HTTP_PROXY: address })
    expect((await http.send(get(url, { tls: { ca: tls.ca } }))).json()).toEqual({ client: '' })
    expect((await http.send(get('http://service.test/a'))).json()).toEqual({ proxied: true })
    expect(tunnels).toEqual([`CONNECT ${new URL(url).host}`, 'GET http://service.test/a'])
    expect(clock.pending()).toBe(0)
    http.close()
    proxy.close()
  })

  it('is left out for the hosts that need none', async () => {
    const { http } = subjectWith({ HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'localhost' })
    expect((await http.send(get(url, { tls: { ca: tls.ca } }))).status).toBe(200)
    http.close()
  })

  it('that is dead is named in the error', async () => {
    const { http } = subjectWith({ HTTPS_PROXY: 'http://user:canary@127.0.0.1:9' })
    const failure = await failureOf(http.send(get(url, { tls: { ca: tls.ca } })))
    expect(failure).toMatchObject({ kind: 'refused', summary: 'connection refused by 127.0.0.1:9' })
    expect(failure.message).not.toContain('canary')
  })
})

it('A server that accepts connections and does no handshake is given up on after 5 s', async () => {
  const { http, clock } = createSubject()
  const mute = createHttpServer()
  mute.removeAllListeners('connection')
  const sockets: Socket[] = []
  mute.on('connection', (socket: Socket) => {
    sockets.push(socket)
    clock.advance(5000)
  })
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const address = `https://127.0.0.1:${(mute.address() as AddressInfo).port}/`
  const failure = await failureOf(http.send(get(address, { policy: { attempts: 1 } })))
  expect(failure).toMatchObject({ kind: 'timeout', reached: false, summary: 'no connection within 5 s' })
  for (const socket of sockets) socket.destroy()
  mute.close()
})
