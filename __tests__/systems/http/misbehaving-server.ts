import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** How the server answers one request; it may never do so. */
export type Behaviour = (response: ServerResponse, received: Received) => void

export interface MisbehavingServer extends AsyncDisposable {
  readonly url: string
  /** The requests so far, in order. */
  readonly received: readonly Received[]
}

/** A real HTTP server on loopback that answers the n-th request with the n-th behaviour, and the last one for ever. */
export async function startServer(
  ...behaviours: readonly [Behaviour, ...Behaviour[]]
): Promise<MisbehavingServer> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const seen = { method, path, headers, body: Buffer.concat(chunks).toString() }
      received.push(seen)
      const behave = behaviours[Math.min(received.length, behaviours.length) - 1] ?? behaviours[0]
      behave(response, seen)
    })
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const JSON_TYPE = { 'content-type': 'application/json' }

export const sayJson =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { ...JSON_TYPE, ...headers }).end(JSON.stringify(value))
  }

export const say =
  (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = ''): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

/** Resets the connection before any answer. */
export const resetBefore: Behaviour = (response) => {
  response.socket?.resetAndDestroy()
}

/** Sends a part of an answer of known length, then resets the connection. */
export const resetMidway: Behaviour = (response) => {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' })
  response.write('{"half":', () => response.socket?.resetAndDestroy())
}

/** Closes the connection properly though the announced length was not reached. */
export const finMidway: Behaviour = (response) => {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' })
  response.write('{"half":', () => response.socket?.end())
}

/** Closes the connection before the last chunk. */
export const cutChunks: Behaviour = (response) => {
  response.writeHead(200, JSON_TYPE)
  response.write('{"whole":true}', () => response.socket?.end())
}

/** Takes the request and says nothing; `onHang` tells when. */
export const hangBefore =
  (onHang: () => void): Behaviour =>
  () => {
    onHang()
  }

/** Sends the head and a part of the body, then nothing more. */
export const hangMidway =
  (onHang: () => void): Behaviour =>
  (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' })
    response.write('{"half":', onHang)
  }

/** Sends one byte after the other, and calls `onByte` after each. */
export const drip =
  (onByte: () => void): Behaviour =>
  (response) => {
    response.writeHead(200, JSON_TYPE)
    const next = () => {
      if (response.destroyed) return
      response.write(' ', () => {
        onByte()
        setImmediate(next)
      })
    }
    next()
  }
