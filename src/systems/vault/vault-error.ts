import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import { HttpFailure } from '../http/http-failure.ts'
import { cut } from '../../text/index.ts'

/** What of a refused request may be known further out: never its headers or its body. */
export interface VaultRefusal {
  readonly status: number
  /** Vault's own words. */
  readonly reasons: readonly string[]
  /** For a deleted version of a secret. */
  readonly deleted: boolean
}

/** The refusal in what the client threw, or undefined when no answer came. */
export function readRefusal(thrown: unknown): VaultRefusal | undefined {
  const response = (thrown as { response?: { status?: unknown; data?: unknown } } | null)?.response
  if (typeof response?.status !== 'number') return undefined
  const body = toObject(response.data)
  const reasons = Array.isArray(body.errors) ? body.errors : []
  const metadata = toObject(toObject(body.data).metadata)
  return {
    status: response.status,
    reasons: reasons
      .filter((each): each is string => typeof each === 'string')
      .slice(0, 5)
      .map((each) => cut(each.trim(), 500)),
    deleted: typeof metadata.deletion_time === 'string' && metadata.deletion_time !== '',
  }
}

/**
 * What the client threw, as an error of ours. What was thrown is never its cause: the library's errors hold the token and
 * the posted JWT. A signal's reason stays as it is.
 *
 * @param asked as a sentence goes on: `read secret/staging/ai-gen`
 */
export function toVaultError(thrown: unknown, url: string, asked: string, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error
  if (thrown instanceof HttpFailure) return fromFailure(thrown)
  if (thrown instanceof StagegateError) return thrown
  const refusal = readRefusal(thrown)
  if (refusal === undefined) {
    return new StagegateError('E_VAULT_PROTOCOL', {
      message: `Vault at ${url} gave an answer that makes no sense when asked to ${asked}.`,
    })
  }
  const { status, reasons } = refusal
  const code = codeOf(refusal)
  const what = refusal.deleted ? 'says that this version was deleted' : `answered ${status}`
  return new StagegateError(code, {
    message: `Vault ${what} when asked to ${asked}.`,
    evidence: reasons,
  })
}

function fromFailure(failure: HttpFailure): StagegateError {
  const codes: Partial<Record<HttpFailure['kind'], ErrorCode>> = {
    tls: 'E_VAULT_TLS',
    garbage: 'E_VAULT_PROTOCOL',
    'media-type': 'E_VAULT_PROTOCOL',
    'too-large': 'E_VAULT_PROTOCOL',
  }
  return new StagegateError(codes[failure.kind] ?? 'E_VAULT_UNAVAILABLE', { message: `${failure.message}.` })
}

/** https://developer.hashicorp.com/vault/api-docs#http-status-codes */
function codeOf({ status, reasons }: VaultRefusal): ErrorCode {
  const text = reasons.join('\n')
  if (status === 501 || (status === 503 && /sealed|not initiali[sz]ed/i.test(text))) return 'E_VAULT_SEALED'
  if (/no handler for route|unsupported path|unsupported operation/i.test(text)) return 'E_VAULT_MOUNT'
  if (status === 403) return 'E_VAULT_FORBIDDEN'
  if (status === 404) return 'E_VAULT_SECRET_MISSING'
  if (status === 405) return 'E_VAULT_MOUNT'
  if (status === 429) return 'E_VAULT_RATE_LIMITED'
  // 412: a replica that stays behind; 472 and 473: a standby that does not pass requests on.
  if (status >= 500 || [412, 472, 473].includes(status)) return 'E_VAULT_UNAVAILABLE'
  return 'E_VAULT_PROTOCOL'
}

export function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
