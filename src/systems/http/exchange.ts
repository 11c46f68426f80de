import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'

import type { Clock } from '../clock/clock.ts'
import type { Agents } from './agents.ts'
import { explainError, type Phase } from './explain-error.ts'
import { HttpFailure, type Subject } from './http-failure.ts'
import type { HttpRequest, Method } from './http.ts'

const CONNECT_MS = 5000

/** One request on its way to one server: a redirect makes a second one. */
export interface Hop {
  readonly subject: Subject
  readonly url: URL
  readonly method: Method
  readonly headers: Readonly<Record<string, string>>
  readonly body: HttpRequest['body']
  readonly tls: HttpRequest['tls']
}

/**
 * Sends one request and resolves with the head of its answer. The signal ends it at any time, the body included.
 *
 * @throws HttpFailure, or the signal's reason
 */
export async function exchange(
  hop: Hop,
  { agents, clock }: { readonly agents: Agents; readonly clock: Clock },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  signal.throwIfAborted()
  const connecting = clock.deadline(
    CONNECT_MS,
    () => new HttpFailure(hop.subject, 'timeout', { summary: 'no connection within 5 s', reached: false }),
  )
  const options: RequestOptions = {
    method: hop.method,
    headers: { ...hop.headers, ...lengthOf(hop) },
    agent: agents.of(hop.url, hop.tls),
  }
  const outgoing =
    hop.url.protocol === 'https:' ? requestHttps(hop.url, options) : requestHttp(hop.url, options)
  let phase: Phase = 'connecting'
  const connected = () => {
    phase = 'waiting'
    connecting.clear()
  }
  const stop = () => {
    outgoing.destroy(signal.reason as Error)
  }
  signal.addEventListener('abort', stop, { once: true })
  connecting.signal.addEventListener('abort', () => outgoing.destroy(connecting.signal.reason as Error), {
    once: true,
  })
  outgoing.once('close', () => {
    connecting.clear()
    signal.removeEventListener('abort', stop)
  })
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      // Stays for good: an error after the head must find a listener; the body's reader sees it on its own.
      outgoing.on('error', reject)
      outgoing.once('socket', (socket) => {
        const secure = hop.url.protocol === 'https:'
        if (outgoing.reusedSocket || !isConnecting(socket, secure)) connected()
        else socket.once(secure ? 'secureConnect' : 'connect', connected)
      })
      outgoing.once('response', resolve)
      writeBody(hop.body, outgoing)
    })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof HttpFailure) throw error
    const { kind, ...details } = explainError(error, phase)
    throw new HttpFailure(hop.subject, kind, details)
  }
}

/** Behind a proxy the socket is handed over when its handshake may be over already. */
function isConnecting(socket: Socket & { secureConnecting?: boolean }, secure: boolean): boolean {
  return socket.connecting || (secure && socket.secureConnecting !== false)
}

function lengthOf({ body, method }: Hop): Record<string, string> {
  if (body === undefined) return method === 'GET' || method === 'HEAD' ? {} : { 'content-length': '0' }
  if (typeof body === 'string') return { 'content-length': String(Buffer.byteLength(body)) }
  return { 'content-length': String(body instanceof Uint8Array ? body.byteLength : body.bytes) }
}

function writeBody(body: HttpRequest['body'], outgoing: ClientRequest): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body ?? '')
    return
  }
  const source = Readable.from(body.open(), { objectMode: false })
  source.once('error', (error) => {
    outgoing.destroy(error)
  })
  outgoing.once('close', () => source.destroy())
  source.pipe(outgoing)
}
