import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of a request: `cut` after so many bytes of its body, no answer ever, or one of our own. */
export type Fault =
  | { readonly cutAfter: number }
  | { readonly hang: true }
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }

export interface FaultyProxy {
  readonly host: string
  /** `METHOD /path` of each request. */
  readonly requests: readonly string[]
  /** Asked for each request, in order; undefined lets it through. */
  fault: (request: IncomingMessage) => Fault | undefined
  close(): Promise<void>
}

/** Stands before a real server, and misbehaves where the test says so. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const fault = proxy.fault(request)
    if (fault === undefined) pass(request, response, target)
    else if ('status' in fault) {
      request.resume()
      response.writeHead(fault.status, fault.headers).end(fault.body)
    } else if ('cutAfter' in fault) cut(request, fault.cutAfter)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: FaultyProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return proxy
}

function pass(request: IncomingMessage, response: ServerResponse, target: string): void {
  const [hostname, port] = target.split(':')
  const { method, url: path, headers } = request
  const onward = send({ hostname, port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => {
    response.destroy()
  })
  request.pipe(onward)
}

function cut(request: IncomingMessage, after: number): void {
  let seen = 0
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen >= after) request.socket.destroy()
  })
  if (after === 0) request.socket.destroy()
}
