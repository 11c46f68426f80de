import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureAuthority, ensureCertificate } from '../../../../script/lib/testbed/certificate.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that speaks TLS and answers as a test tells it, for what a real API server cannot be brought to do. */
export interface ApiServer {
  readonly url: string
  /** Of its authority, PEM. */
  readonly ca: string
  /** Method, path and query of each request so far. */
  readonly asked: readonly string[]
  answer(next: Answer): void
  close(): Promise<void>
}

export async function startApiServer(): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-api-server-'))
  const authority = await ensureAuthority(folder, 'ca', 'test')
  const pair = await ensureCertificate(authority, {
    folder,
    name: 'server',
    subject: '/CN=server',
    alternativeNames: ['IP:127.0.0.1'],
  })
  const asked: string[] = []
  let answer: Answer = (_request, response) => response.writeHead(404).end()
  const [cert, key, ca] = await Promise.all(
    [pair.certificate, pair.key, authority.certificate].map((path) => readFile(path, 'utf8')),
  )
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    request.resume().on('end', () => {
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: ca ?? '',
    asked,
    answer(next) {
      answer = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function json(status: number, value: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}
