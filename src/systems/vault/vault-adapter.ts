import type { Http, Method, Tls } from '../http/http.ts'

/** What axios gives its adapter, as far as it is used here. */
export interface AxiosRequest {
  readonly method?: string
  readonly baseURL?: string
  readonly url?: string
  /** Text already: axios has turned objects into JSON. */
  readonly data?: unknown
  readonly headers: { toJSON(): Readonly<Record<string, unknown>> }
}

export interface AxiosResponse {
  readonly status: number
  readonly statusText: string
  /** Text; axios parses it. */
  data: unknown
  headers: Readonly<Record<string, string>>
  readonly config: AxiosRequest
}

/**
 * A refused request, as the library expects one: with a response in it. Unlike an axios error it has neither the request
 * nor its headers, in which the token is.
 */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest'
  readonly response: Pick<AxiosResponse, 'status' | 'data' | 'headers'>

  constructor(status: number, data: string) {
    super(`status ${status}`)
    this.response = { status, data, headers: {} }
  }
}

/** A replica that has not caught up yet. */
const REPLICATION_LAG = 412

export interface AdapterOptions {
  readonly tls: Tls | undefined
  readonly signal: AbortSignal
  readonly policy: NonNullable<Parameters<Http['send']>[0]['policy']>
}

/** Sends what an axios instance would send through the HTTP core: its deadlines, whole bodies and retries. */
export function createVaultAdapter(
  http: Http,
  { tls, signal, policy }: AdapterOptions,
): (request: AxiosRequest) => Promise<AxiosResponse> {
  return async (request) => {
    const answer = await http.send({
      system: 'vault',
      method: (request.method ?? 'get').toUpperCase() as Method,
      url: `${request.baseURL ?? ''}/${(request.url ?? '').replace(/^\/+/, '')}`,
      headers: textHeaders(request.headers.toJSON()),
      ...(typeof request.data === 'string' ? { body: request.data } : {}),
      accept: 'json',
      // Logging in, reading and revoking twice do no harm: what a lost answer left behind ends with the token, or alone.
      repeatable: true,
      retryStatuses: [REPLICATION_LAG],
      policy,
      signal,
      ...(tls === undefined ? {} : { tls }),
    })
    const data = answer.text()
    if (answer.status < 200 || answer.status >= 300) throw new RefusedRequest(answer.status, data)
    return { status: answer.status, statusText: '', data, headers: {}, config: request }
  }
}

function textHeaders(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).filter(([, value]) => typeof value === 'string' && value !== '')
  return Object.fromEntries(entries) as Record<string, string>
}
