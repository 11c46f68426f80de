import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import { HttpFailure } from '../http/http-failure.ts'
import type { HttpAnswer } from '../http/http.ts'
import { parseChallenge } from './challenge.ts'
import type { RepositoryName } from './repository-name.ts'
import { cut } from '../../text/index.ts'

/** No complete answer came: as an error of the registry. Anything else that was thrown stays as it is. */
export function toRegistryError(thrown: unknown, { registry }: RepositoryName): unknown {
  if (!(thrown instanceof HttpFailure)) return thrown
  const codes: Partial<Record<HttpFailure['kind'], ErrorCode>> = {
    tls: 'E_REGISTRY_TLS',
    garbage: 'E_REGISTRY_PROTOCOL',
    'media-type': 'E_REGISTRY_PROTOCOL',
    'too-large': 'E_REGISTRY_PROTOCOL',
  }
  return new StagegateError(codes[thrown.kind] ?? 'E_REGISTRY_UNAVAILABLE', {
    message: `No usable answer from the registry ${registry}.`,
    evidence: [thrown.message],
    cause: thrown,
  })
}

/**
 * An answer that is not what was asked for, as an error that says what was asked.
 *
 * @param asked as a sentence goes on: `start an upload`
 */
export function refusal(
  answer: HttpAnswer,
  repository: RepositoryName,
  asked: string,
  code: ErrorCode = codeOf(answer),
): StagegateError {
  const { registry, path } = repository
  const evidence = registryReasons(answer)
  const causes = code === 'E_REGISTRY_DENIED' && registry === 'ghcr.io' ? GHCR_CAUSES : []
  return new StagegateError(code, {
    message: `${registry} answered ${answer.describe()} when asked to ${asked} for ${path}.`,
    evidence: [...evidence, ...causes],
  })
}

const GHCR_CAUSES = [
  'A login that is accepted and still may not push has one of three causes on ghcr.io:',
  'the job lacks the permission packages: write;',
  'the package exists and does not list this repository under "Manage Actions access" with the role Write;',
  'the organisation forbids creating packages.',
] as const

function codeOf(answer: HttpAnswer): ErrorCode {
  const { status, headers } = answer
  if (status === 401) {
    const challenge = parseChallenge(headers.get('www-authenticate'))
    const scope = challenge?.scheme === 'bearer' && challenge.error === 'insufficient_scope'
    return scope ? 'E_REGISTRY_DENIED' : 'E_REGISTRY_AUTH'
  }
  if (status === 403) return 'E_REGISTRY_DENIED'
  if (status === 429) return 'E_REGISTRY_RATE_LIMITED'
  if ([400, 405, 413, 415, 422].includes(status)) return 'E_REGISTRY_REJECTED'
  return status >= 500 ? 'E_REGISTRY_UNAVAILABLE' : 'E_REGISTRY_PROTOCOL'
}

/** `CODE: message` of the specification's error body, at most three, shortened. */
function registryReasons(answer: HttpAnswer): readonly string[] {
  let body: unknown
  try {
    body = JSON.parse(answer.text())
  } catch {
    return []
  }
  const errors = (body as { errors?: unknown } | null)?.errors
  if (!Array.isArray(errors)) return []
  return errors.slice(0, 3).map((each: unknown) => {
    const { code, message } = (each ?? {}) as Record<string, unknown>
    return cut(`${text(code) || 'UNKNOWN'}: ${text(message)}`, 300)
  })
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
