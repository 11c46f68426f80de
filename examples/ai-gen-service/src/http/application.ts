import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import { StoreUnavailable } from '../store/generation-store.ts'
import { authorize } from './authorize.ts'
import { Problem } from './problem.ts'
import { routes, type Reply, type Service } from './routes.ts'

/** The service as a listener for node:http: every request gets exactly one JSON answer and one line in the log. */
export function application(service: Service, log: Log): RequestListener {
  return (request, response) => {
    const started = performance.now()
    const path = request.url?.replace(/\?.*$/s, '') ?? ''
    response.once('close', () => {
      log('info', 'request', {
        method: request.method,
        path,
        status: response.statusCode,
        milliseconds: Math.round(performance.now() - started),
      })
    })
    void answer(service, request).then(
      (reply) => {
        send(response, reply, 'application/json')
      },
      (error: unknown) => {
        const problem = toProblem(error)
        if (problem.status >= 500) log('error', problem.message, { path, error: explain(error) })
        send(
          response,
          { status: problem.status, headers: problem.headers, body: problem },
          'application/problem+json',
        )
      },
    )
  }
}

async function answer(service: Service, request: IncomingMessage): Promise<Reply> {
  const [path = '', ...query] = (request.url ?? '').split('?')
  const route = routes.find((candidate) => candidate.path.test(path))
  if (route?.open !== true) authorize(request, service.apiToken)
  if (route === undefined) throw new Problem(404, 'Not Found', 'there is nothing at this path')

  // HEAD is GET without a body (RFC 9110 9.3.2); node:http leaves the body out by itself.
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const endpoint = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined
  if (endpoint === undefined) {
    const allowed = Object.keys(route.methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
    throw new Problem(405, 'Method Not Allowed', 'the path does not have this method', {
      headers: { Allow: allowed.join(', ') },
    })
  }
  const parameter = route.path.exec(path)?.[1] ?? ''
  return endpoint(service, { request, parameter, query: new URLSearchParams(query.join('?')) })
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof StoreUnavailable) {
    return new Problem(503, 'Service Unavailable', error.message, { headers: { 'Retry-After': '5' } })
  }
  return new Problem(500, 'Internal Server Error', 'the request failed by a fault of the service')
}

/** For the log only. A database's message names tables and hosts, never credentials. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error
    ? `${error.message}: ${error.cause.message}`
    : (error.stack ?? error.message)
}

function send(response: ServerResponse, { status, headers, body }: Reply, contentType: string): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(text)
}
