import { StagegateError } from '../../../errors/index.ts'
import type { Http, HttpAnswer, HttpRequest, Method, RetryPolicy } from '../../http/http.ts'
import { parseRetryAfter } from '../../http/retry-after.ts'
import {
  isExhausted,
  isSchemaRefusal,
  isTooLarge,
  isWebhookFailure,
  toApiError,
  toConnectionError,
} from './api-error.ts'
import { type ApiStatus, parseApiStatus } from './api-status.ts'
import type { Connection, Connections } from './connection.ts'
import { encodeBody } from './encode-body.ts'
import { type BodyCheck, findFailure } from './expect-body.ts'
import { Throttled } from './throttled.ts'

export interface ApiRequest {
  readonly method: Method
  /** Below the server: `/api/v1/namespaces/staging/pods`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  /** Default `application/json`. */
  readonly contentType?: string
  readonly accept?: string
  readonly signal: AbortSignal
  /** What is asked, for errors: `get Deployment staging/api`. */
  readonly purpose: string
  /** Statuses from 400 on that the caller judges itself. */
  readonly allow?: readonly number[]
  /** The object may hold secret values, which the server's error message may repeat. */
  readonly sensitive?: boolean
  /** Whether it may be sent again when it is not known to have had no effect. */
  readonly repeatable?: boolean
  /** A 409 that is no conflict of fields passes, as two writers to one quota get it: see `outlastOutages`. */
  readonly retryConflict?: boolean
  /** What is wrong with the body of a success. Where it may, it is asked for once more; then it is an error. */
  readonly check?: BodyCheck
  /** Discovery shows the kind: a 404 for it passes, for another server of the cluster may not serve it yet. */
  readonly discovered?: boolean
  readonly policy?: Partial<RetryPolicy>
  readonly maxBytes?: number
}

export interface ApiAnswer {
  readonly status: number
  /** Parsed JSON of a success; undefined for an allowed failure. */
  readonly body: unknown
  /** What the server says about an allowed failure. */
  readonly refusal: ApiStatus | undefined
}

/** Requests to the API server: JSON in, JSON out, nothing known of kinds, nothing dropped. */
export interface ApiClient {
  /** @throws StagegateError E_KUBE_* and what `toApiError` knows */
  send(request: ApiRequest): Promise<ApiAnswer>
  /** The whole answer as it came, for what is not JSON: logs, proxies. */
  sendRaw(request: ApiRequest): Promise<HttpAnswer>
  /** Opens a body that goes on. @throws StagegateError when it cannot be opened */
  stream(request: ApiRequest & { readonly silenceMs: number }): Promise<AsyncIterable<Uint8Array>>
}

/** Reads: an API server that restarts is back within a minute. Milliseconds. */
const readPolicy: Partial<RetryPolicy> = {
  attempts: 8,
  attemptMs: 15_000,
  totalMs: 60_000,
  firstDelayMs: 250,
  maxDelayMs: 8_000,
}

/** Writes: a webhook may take 30 s. Milliseconds. */
const writePolicy: Partial<RetryPolicy> = { ...readPolicy, attemptMs: 35_000 }

/** A list of some thousand pods. */
const MAX_BYTES = 256 * 1024 * 1024

export function createApiClient(http: Http, connections: Connections): ApiClient {
  /** A token that is no longer accepted is renewed, once for each request. */
  async function authorized<T extends { readonly status: number }>(
    request: ApiRequest,
    run: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = await connections.current(request.signal)
    try {
      const answer = await run(connection)
      if (answer.status !== 401) return answer
      return await run(await connections.renew(connection, request.signal))
    } catch (thrown) {
      throw toConnectionError(request.purpose, thrown)
    }
  }

  function accept<T extends HttpAnswer>(request: ApiRequest, answer: T): T {
    if (isSuccess(answer.status) || request.allow?.includes(answer.status) === true) return answer
    const { purpose, sensitive = false } = request
    const { status } = answer
    const text = answer.text()
    const cause = new Throttled((now) => parseRetryAfter(status, answer.headers, text, now))
    throw toApiError(
      { purpose, sensitive },
      { status, text, summary: answer.describe(), ...(status === 429 ? { cause } : {}) },
    )
  }

  return {
    async send(request) {
      for (let tries = isRepeatable(request) ? 2 : 1; ; tries -= 1) {
        const answer = accept(
          request,
          await authorized(request, (connection) =>
            http.send({ ...toHttpRequest(request, connection), accept: 'json' }),
          ),
        )
        const { status } = answer
        if (!isSuccess(status)) return { status, body: undefined, refusal: parseApiStatus(answer.text()) }
        const body: unknown = answer.json()
        const wrong = findFailure(body, request.sensitive ?? false) ?? request.check?.(body)
        if (wrong === undefined) return { status, body, refusal: undefined }
        if (tries > 1) continue
        throw new StagegateError('E_KUBE_PROTOCOL', {
          message: `Kubernetes: cannot ${request.purpose}: ${wrong}.`,
        })
      }
    },
    async sendRaw(request) {
      const answer = await authorized(request, (connection) => http.send(toHttpRequest(request, connection)))
      return accept(request, answer)
    },
    async stream(request) {
      const opened = await authorized(request, (connection) =>
        http.stream({ ...toHttpRequest(request, connection), silenceMs: request.silenceMs }),
      )
      if (isSuccess(opened.status)) return withErrors(request.purpose, opened.chunks)
      const { purpose, sensitive = false } = request
      const chunks: Uint8Array[] = []
      for await (const chunk of opened.chunks) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const refusal = {
        status: opened.status,
        text: body.toString('utf8'),
        summary: `status ${opened.status}`,
      }
      throw toApiError({ purpose, sensitive }, refusal)
    },
  }
}

/** A body that is cut while it is read is an error with a code of ours too. */
async function* withErrors(
  purpose: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks
  } catch (thrown) {
    throw toConnectionError(purpose, thrown)
  }
}

function toHttpRequest(request: ApiRequest, connection: Connection): HttpRequest {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.append(name, value)
  }
  const separator = query.size === 0 ? '' : request.path.includes('?') ? '&' : '?'
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return {
    system: 'kubernetes',
    method: request.method,
    url: `${connection.server}${request.path}${separator}${query.toString()}`,
    headers: {
      accept: request.accept ?? 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...connection.headers,
    },
    ...(request.body === undefined ? {} : { body: encodeBody(request.body) }),
    tls: connection.tls,
    signal: request.signal,
    policy: { ...(isRead ? readPolicy : writePolicy), ...request.policy },
    maxBytes: request.maxBytes ?? MAX_BYTES,
    ...(request.repeatable === undefined ? {} : { repeatable: request.repeatable }),
    isFinal: (answer) =>
      isSchemaRefusal(answer.status, answer.text()) ||
      isTooLarge(answer.status, answer.text()) ||
      isExhausted(answer.status, answer.text()) ||
      isWebhookFailure(answer.status, answer.text()),
  }
}

/** Whether a request may be sent again though it may have had its effect. */
export function isRepeatable({ method, repeatable }: ApiRequest): boolean {
  return repeatable ?? ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
