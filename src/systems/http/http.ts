export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How often and how long a request is tried; reliability classes R and T. Milliseconds. */
export interface RetryPolicy {
  readonly attempts: number
  /** From the first byte sent to the last byte of the body, for one attempt. */
  readonly attemptMs: number
  /** All attempts and the waits between them. */
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

/** A body that does not fit in memory; `open` is called again for each attempt and must give the same bytes. */
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
  /** Refuses longer bodies. Default 10 MiB. Of an answer with a status from 400 on, at most 64 KiB are kept. */
  readonly maxBytes?: number
  /**
   * `json`: a 2xx answer must have the media type of JSON and a body that parses (204 and 205 have none); what does
   * not is tried once more, then fails as `media-type` or `garbage`. Default `any`.
   */
  readonly accept?: 'json' | 'any'
  /**
   * Whether the request may be repeated blindly. Default: GET, HEAD, PUT, DELETE, and server-side-apply PATCH
   * are. A request that may not is sent once unless `readBack` tells whether its effect is there; only what provably
   * never reached the server (refused, DNS, no connection) or was turned away unread (429) is sent again.
   */
  readonly repeatable?: boolean
  /**
   * For an ambiguous write: looks for its effect by key; a found answer is adopted instead of repeating. The request
   * is sent at most 3 times.
   */
  readonly readBack?: () => Promise<HttpAnswer | undefined>
  /** Statuses that are tried again besides 408, 429, 500, 502, 503, 504, 520–526. */
  readonly retryStatuses?: readonly number[]
  /** Asked before an answer is tried again: whether it is final after all. */
  readonly isFinal?: (answer: HttpAnswer) => boolean
  /**
   * Follows up to 5 redirects: GET and HEAD always, other methods only for 307 and 308. To another origin no header
   * but `accept` and `range` goes along, and no client certificate; from https never to http. Default false.
   */
  readonly followRedirects?: boolean
}

/** A complete answer: its body came whole, within its limits. Any status. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
  text(): string
  /** @throws HttpFailure kind `garbage` */
  json(): unknown
  /** How many times the request was sent. */
  readonly attempts: number
  /**
   * For error messages: `503 Service Unavailable (5 attempts in 12.3 s; first: connection refused)`, or until when the
   * server asks to wait. Nothing of headers or body is in it.
   */
  describe(): string
}

export interface HttpStream {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /**
   * Can be read once. Ends when the server ends the body; throws HttpFailure when it is cut or silent for too long.
   * Leaving the loop closes the connection.
   */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** The one way out of the process: every system sends through it. */
export interface Http {
  /** @throws HttpFailure when no complete answer came; the signal's reason when it was aborted */
  send(request: HttpRequest): Promise<HttpAnswer>
  /**
   * Opens a body that goes on (watch, logs, downloads). `silenceMs`: how long it may say nothing. Opening is retried
   * like a request, within `attemptMs`; reading is not. The body of an answer with a status from 400 on is complete.
   */
  stream(request: HttpRequest & { readonly silenceMs: number }): Promise<HttpStream>
  /** Closes kept connections. */
  close(): void
}
