import { type ErrorCode, StagegateError } from '../../errors/index.ts'

export type FailureKind =
  | 'refused'
  | 'unreachable'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'cut'
  | 'silent'
  | 'too-large'
  | 'media-type'
  | 'garbage'

/** Whom and what was asked: what errors and log lines may say about a request. */
export interface Subject {
  readonly system: string
  readonly method: string
  /** Without user, query and fragment, see `printableUrl`. */
  readonly url: string
}

export interface FailureDetails {
  /** In a few words, such as `connection refused by 10.0.0.7:8200`. */
  readonly summary: string
  /** Whether the server can have seen the request; false only when no connection came about. */
  readonly reached: boolean
  readonly attempts?: number
  readonly elapsedMs?: number
  /** What went wrong first, when it was something else. */
  readonly first?: string
}

const codes: Readonly<Record<FailureKind, ErrorCode>> = {
  refused: 'E_HTTP_UNAVAILABLE',
  unreachable: 'E_HTTP_UNAVAILABLE',
  dns: 'E_HTTP_UNAVAILABLE',
  tls: 'E_HTTP_TLS',
  timeout: 'E_HTTP_UNAVAILABLE',
  reset: 'E_HTTP_UNAVAILABLE',
  cut: 'E_HTTP_UNAVAILABLE',
  silent: 'E_HTTP_UNAVAILABLE',
  'too-large': 'E_HTTP_PROTOCOL',
  'media-type': 'E_HTTP_PROTOCOL',
  garbage: 'E_HTTP_PROTOCOL',
}

/**
 * No complete answer came. Systems turn it into an error with a code of their own; where one forgets, it has a code
 * already. It never holds headers, bodies, the query of the URL, or the error of a library below.
 */
export class HttpFailure extends StagegateError {
  readonly kind: FailureKind
  readonly subject: Subject
  readonly summary: string
  readonly reached: boolean
  readonly attempts: number
  readonly elapsedMs: number

  constructor(subject: Subject, kind: FailureKind, details: FailureDetails) {
    const attempts = details.attempts ?? 1
    const elapsedMs = details.elapsedMs ?? 0
    const tried = renderTries(attempts, elapsedMs, details.first)
    super(codes[kind], {
      message: `${subject.system}: ${subject.method} ${subject.url}: ${details.summary}${tried}`,
    })
    this.kind = kind
    this.subject = subject
    this.summary = details.summary
    this.reached = details.reached
    this.attempts = attempts
    this.elapsedMs = elapsedMs
  }

  /** The same failure as the end of several attempts. */
  after(attempts: number, elapsedMs: number, first: string | undefined): HttpFailure {
    return new HttpFailure(this.subject, this.kind, {
      summary: this.summary,
      reached: this.reached,
      attempts,
      elapsedMs,
      ...(first === undefined ? {} : { first }),
    })
  }
}

/** ` (3 attempts in 1.4 s; first: 503 Service Unavailable)`, or nothing after a single quick attempt. */
export function renderTries(attempts: number, elapsedMs: number, first: string | undefined): string {
  const parts: string[] = []
  if (attempts > 1) parts.push(`${attempts} attempts in ${renderSeconds(elapsedMs)}`)
  if (first !== undefined) parts.push(`first: ${first}`)
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}

/** `0.5 s`, `22 s`. */
export function renderSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1000
  return `${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`
}

/** A URL that may be shown: user, query and fragment can carry credentials and are left out. */
export function printableUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}
