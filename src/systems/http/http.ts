export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How often and how long a request is tried; reliability classes R and T. Milliseconds. */
export interface RetryPolicy {
  readonly attempts: number
  readonly attemptMs: number
  readonly totalMs: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export interface Tls {
  /** PEM; added to nothing: when given it is the only trust. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly serverName?: string
  readonly rejectUnauthorized?: boolean
}

/**
 * A body that is too large to hold: read from its start again for each attempt. Sent with a `content-length` of
 * `bytes`; a source that yields more or less is a failure of the attempt.
 */
export interface BodySource {
  readonly bytes: number
  open(): AsyncIterable<Uint8Array>
}

export interface HttpRequest {
  /** Whom we talk to, for log lines and errors: `vault`, `registry`, `kubernetes`, `github`, `oidc`, `smoke`. */
  readonly system: string
  readonly method: Method
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | BodySource
  readonly tls?: Tls
  readonly signal: AbortSignal
  readonly policy?: Partial<RetryPolicy>
  /** Refuses longer bodies. Default 10 MiB. */
  readonly maxBytes?: number
  /** Required media type of a 2xx answer with a body. */
  readonly accept?: 'json' | 'any'
  /**
   * Whether the request may be repeated blindly. Default: GET, HEAD, PUT, DELETE, and server-side-apply PATCH are. A
   * request that may not is sent once unless `readBack` tells whether its effect is there.
   */
  readonly repeatable?: boolean
  /** For an ambiguous write: looks for its effect by key; a found answer is adopted instead of repeating. */
  readonly readBack?: () => Promise<HttpAnswer | undefined>
  /** Statuses that are tried again besides 408, 429, 500, 502, 503, 504, 520–526. */
  readonly retryStatuses?: readonly number[]
  /** Asked for a 503 or 403 body: whether it is final after all. */
  readonly isFinal?: (answer: HttpAnswer) => boolean
}

/** A complete answer: its body came whole, within its limits. Any status. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
  text(): string
  /** @throws HttpFailure kind `garbage` */
  json(): unknown
  readonly attempts: number
}

export interface HttpStream {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** Ends when the server ends the body; throws HttpFailure when it is cut or silent for too long. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** The one way out of the process: every system sends through it. */
export interface Http {
  /** @throws HttpFailure when no complete answer came; the signal's reason when it was aborted */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Opens a body that goes on (watch, logs). `silenceMs`: how long it may say nothing. */
  stream(request: HttpRequest & { readonly silenceMs: number }): Promise<HttpStream>
  /** Closes kept connections. */
  close(): void
}
