import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'

/** A complete answer, ready to be written. */
export interface Message {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Reads a whole request body, up to `limit` bytes; more rejects. */
export async function readBody(request: IncomingMessage, limit = 64 << 20): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new Error(`The body is larger than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function jsonMessage(status: number, body: unknown, headers: Record<string, string> = {}): Message {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** Writes a message as it is. */
export function sendMessage(response: ServerResponse, message: Message): void {
  writeHead(response, message)
  response.end(message.body)
}

/** Writes a message the way the fault says. `message` is the true answer, or one that stands for it. */
export function sendFaulty(response: ServerResponse, fault: Fault, message: Message): void {
  const { socket } = response
  const half = message.body.subarray(0, Math.max(1, Math.floor(message.body.length / 2)))
  switch (fault.kind) {
    case 'hang':
      return
    case 'reset':
      socket?.resetAndDestroy()
      return
    case 'close':
      socket?.destroy()
      return
    case 'html':
      sendText(response, 200, 'text/html; charset=utf-8', '<!DOCTYPE html>\n<title>Sign in</title>\n')
      return
    case 'garbage':
      sendText(response, message.status, 'application/json; charset=utf-8', '{"unexpected": \u0000\u0001')
      return
    case 'empty':
      sendText(response, message.status, 'application/json; charset=utf-8', '')
      return
    case 'truncated':
      sendMessage(response, { ...message, body: half })
      return
    case 'cut-body':
      writeHead(response, message)
      response.write(half, () => socket?.end())
      return
    case 'reset-body':
      writeHead(response, message)
      response.write(half, () => socket?.resetAndDestroy())
      return
    case 'hang-body':
      writeHead(response, message)
      response.write(half)
      return
    case 'drip':
      writeHead(response, message)
      drip(response, message.body, fault.rule.delayMs ?? 100)
      return
    case 'delay':
      later(response, fault.rule.delayMs ?? 1000, () => {
        sendMessage(response, message)
      })
      return
    case 'status':
    case 'rate-limit':
    case 'secondary-limit':
      sendMessage(response, message)
      return
  }
}

function writeHead(response: ServerResponse, message: Message): void {
  const length = { 'content-length': String(message.body.length) }
  response.writeHead(message.status, { ...message.headers, ...(message.status === 204 ? {} : length) })
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  sendMessage(response, { status, headers: { 'content-type': type }, body: Buffer.from(text) })
}

/** One byte at a time, until the client has had enough. */
function drip(response: ServerResponse, body: Buffer, pauseMs: number): void {
  let sent = 0
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + 1))
    sent += 1
    if (sent < body.length) return
    clearInterval(timer)
    response.end()
  }, pauseMs)
  response.once('close', () => {
    clearInterval(timer)
  })
}

/** Runs something after a pause, unless the connection is gone by then. */
function later(response: ServerResponse, ms: number, action: () => void): void {
  const timer = setTimeout(action, ms)
  response.once('close', () => {
    clearTimeout(timer)
  })
}
