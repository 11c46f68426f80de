import { type ErrorCode, StagegateError } from '../../../errors/index.ts'
import { HttpFailure } from '../../http/http-failure.ts'
import { type ApiStatus, parseApiStatus } from './api-status.ts'
import { cutLines } from '../../../text/index.ts'

/** The server's own words are cut here: a message of a webhook can be of any length. */
const MAX_MESSAGE = 1000

/** Parts of messages that name fields and never values. */
const harmless =
  /\.[A-Za-z][\w.-]*: (?:field not declared in schema|expected \w+)|illegal base64 data|is immutable/g

export interface Subject {
  /** What was asked, for people: `get Deployment staging/api`. */
  readonly purpose: string
  /** The server's message may repeat values of the object (a Secret's): only reasons and fields are told. */
  readonly sensitive: boolean
}

export interface Refusal {
  readonly status: number
  readonly text: string
  /** Status and tries, for when the body says nothing. */
  readonly summary: string
  readonly cause?: Error
}

/** An answer that is no success, as an error with a code. The request's headers and body are not in it. */
export function toApiError(subject: Subject, refusal: Refusal): StagegateError {
  const status = parseApiStatus(refusal.text)
  const said = status === undefined ? refusal.summary : renderStatus(subject, status, refusal)
  return new StagegateError(codeOf(refusal.status, status), {
    message: `Kubernetes: cannot ${subject.purpose}: ${said}`,
    evidence: (status?.causes ?? [])
      .slice(0, 20)
      .map(({ field, message, reason }) => `${field}: ${subject.sensitive ? reason : cut(message)}`),
    ...(isTerminating(refusal.status, refusal.text)
      ? { next: 'Wait until the namespace is gone, then rerun.' }
      : {}),
    ...(refusal.cause === undefined ? {} : { cause: refusal.cause }),
  })
}

/** No answer came: as an error with a code, unless it is something else. */
export function toConnectionError(purpose: string, thrown: unknown): unknown {
  if (!(thrown instanceof HttpFailure)) return thrown
  return new StagegateError(connectionCode(thrown), {
    message: `Kubernetes: cannot ${purpose}: ${thrown.message}`,
  })
}

/**
 * Whether other requests would end the same way: the server is away, or a webhook, or it takes no credentials of ours. What
 * can pass has been waited out by then.
 */
export function concernsAll(thrown: unknown): boolean {
  return (
    thrown instanceof StagegateError &&
    [
      'E_KUBE_UNAVAILABLE',
      'E_KUBE_UNREACHABLE',
      'E_KUBE_THROTTLED',
      'E_KUBE_TLS',
      'E_KUBE_AUTH',
      'E_KUBE_CONFIG',
      'E_WEBHOOK_UNAVAILABLE',
    ].includes(thrown.code)
  )
}

/** Whether a write that ended so may have had its effect all the same. */
export function isAmbiguous(thrown: unknown): boolean {
  return (
    !(thrown instanceof StagegateError) ||
    ['E_KUBE_UNAVAILABLE', 'E_KUBE_UNREACHABLE', 'E_KUBE_PROTOCOL'].includes(thrown.code)
  )
}

/** Whether the same request may succeed in a while: for loops that outlive the retries of one request. */
export function isPassing(thrown: unknown): boolean {
  return (
    thrown instanceof StagegateError &&
    [
      'E_KUBE_UNAVAILABLE',
      'E_WEBHOOK_UNAVAILABLE',
      'E_KUBE_UNREACHABLE',
      'E_KUBE_THROTTLED',
      'E_KUBE_PROTOCOL',
    ].includes(thrown.code)
  )
}

/**
 * A 500 that stays one: what server-side apply answers when an object does not fit its schema (seen with 1.34).
 */
export function isSchemaRefusal(status: number, text: string): boolean {
  return status === 500 && /"failed to (?:create typed patch object|convert new object)/.test(text)
}

/** What etcd does not take, whose limit (1.5 MiB unless it is set) no dry run meets. */
export function isTooLarge(status: number, text: string): boolean {
  return status >= 500 && /etcdserver: request is too large|trying to send message larger than max/.test(text)
}

/** No address or node port is left for a Service: the server calls that an error of its own (seen with 1.34). */
export function isExhausted(status: number, text: string): boolean {
  return status >= 500 && /failed to allocate [^"]*range is full/.test(text)
}

/** The server could not ask a webhook: whether the object is good is not known. */
export function isWebhookFailure(status: number, text: string): boolean {
  return status >= 500 && /failed calling webhook|conversion webhook for/.test(text)
}

function codeOf(httpStatus: number, status: ApiStatus | undefined): ErrorCode {
  const message = status?.message ?? ''
  switch (httpStatus) {
    case 400:
      // Webhooks and policies may choose the status of their refusal; policies give 422 where they say nothing.
      if (isDenied(message)) return 'E_ADMISSION_DENIED'
      return message.includes('does not support dry run') ? 'E_WEBHOOK_NO_DRY_RUN' : 'E_MANIFEST_INVALID'
    case 413:
      return 'E_MANIFEST_INVALID'
    case 415:
      return 'E_KUBE_TOO_OLD'
    case 401:
      return 'E_KUBE_AUTH'
    case 403:
      if (message.includes('exceeded quota')) return 'E_QUOTA'
      if (isTerminating(httpStatus, message)) return 'E_NAMESPACE_MISSING'
      return isDenied(message) ? 'E_ADMISSION_DENIED' : 'E_KUBE_FORBIDDEN'
    case 404:
    case 410:
      if (status?.kind === 'namespaces') return 'E_NAMESPACE_MISSING'
      return message.includes('could not find the requested resource') ? 'E_KUBE_NO_KIND' : 'E_KUBE_NOT_FOUND'
    case 409:
      if (status?.causes.some((each) => each.reason === 'FieldManagerConflict') === true)
        return 'E_FIELD_CONFLICT'
      return 'E_KUBE_CONFLICT'
    case 422:
      if (isDenied(message)) return 'E_ADMISSION_DENIED'
      return isImmutable(status) ? 'E_IMMUTABLE_FIELD' : 'E_MANIFEST_INVALID'
    case 429:
      return 'E_KUBE_THROTTLED'
    default:
      if (isSchemaRefusal(httpStatus, `"${message}`)) return 'E_MANIFEST_INVALID'
      if (isTooLarge(httpStatus, message)) return 'E_MANIFEST_INVALID'
      if (isExhausted(httpStatus, message)) return 'E_KUBE_EXHAUSTED'
      if (isWebhookFailure(httpStatus, message)) return 'E_WEBHOOK_UNAVAILABLE'
      return httpStatus >= 500 ? 'E_KUBE_UNAVAILABLE' : 'E_KUBE_PROTOCOL'
  }
}

function isDenied(message: string): boolean {
  return /admission webhook "[^"]*" denied|violates PodSecurity|ValidatingAdmissionPolicy|denied request|is forbidden: (?:minimum|maximum)/.test(
    message,
  )
}

/** Nothing new may be made in a namespace that is being deleted; no right to do so is lacked. */
function isTerminating(status: number, text: string): boolean {
  return status === 403 && text.includes('because it is being terminated')
}

/** The ways in which validations of the kinds say that a field stays as it is (seen with 1.34). */
const immutable = new RegExp(
  [
    'is immutable|immutable field',
    String.raw`updates to \w+(?: spec)? (?:for fields other than|are forbidden)`,
    'pod updates may not change fields',
    'cannot change roleRef',
    'may not be changed in an update',
    'may not change once set',
  ].join('|'),
  'i',
)

function isImmutable(status: ApiStatus | undefined): boolean {
  return immutable.test(status?.message ?? '')
}

function connectionCode(failure: HttpFailure): ErrorCode {
  switch (failure.kind) {
    case 'tls':
      return 'E_KUBE_TLS'
    case 'dns':
    case 'unreachable':
      return 'E_KUBE_UNREACHABLE'
    case 'timeout':
      return failure.reached ? 'E_KUBE_UNAVAILABLE' : 'E_KUBE_UNREACHABLE'
    case 'refused':
    case 'reset':
    case 'cut':
    case 'silent':
      return 'E_KUBE_UNAVAILABLE'
    case 'too-large':
    case 'media-type':
    case 'garbage':
      return 'E_KUBE_PROTOCOL'
  }
}

function renderStatus(subject: Subject, status: ApiStatus, refusal: Refusal): string {
  if (!subject.sensitive) return cut(status.message === '' ? refusal.summary : status.message)
  const safe = status.message.match(harmless) ?? []
  const reason = status.reason === '' ? `status ${refusal.status}` : status.reason
  return `${[reason, ...safe].join('; ')} (the rest of the answer is left out: it may repeat secret values)`
}

function cut(text: string): string {
  return cutLines(text, MAX_MESSAGE)
}
