import type { FailureKind } from './http-failure.ts'

/** How far an exchange had come when it failed. */
export type Phase = 'connecting' | 'waiting' | 'reading'

export interface Explanation {
  readonly kind: FailureKind
  readonly summary: string
  readonly reached: boolean
}

const TLS_CODE =
  /^(?:ERR_SSL|ERR_TLS|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/

/**
 * What an error of Node's sockets, TLS or HTTP parser means. Only its code and address are taken over: messages of
 * libraries may hold more than should be shown.
 */
export function explainError(error: unknown, phase: Phase): Explanation {
  const {
    code = '',
    address,
    port,
    host,
  } = (error ?? {}) as {
    code?: string
    address?: string
    port?: number
    host?: string
  }
  const reached = phase !== 'connecting'
  const peer = address === undefined ? '' : ` by ${address}${port === undefined ? '' : `:${port}`}`
  if (code === 'ECONNREFUSED') return { kind: 'refused', summary: `connection refused${peer}`, reached }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { kind: 'dns', summary: `the name cannot be resolved (${code})`, reached }
  }
  if (TLS_CODE.test(code)) {
    const name = host === undefined ? '' : ` for ${host}`
    return { kind: 'tls', summary: `TLS cannot be verified${name} (${code})`, reached: false }
  }
  if (code.startsWith('HPE_')) return { kind: 'garbage', summary: `malformed HTTP (${code})`, reached }
  if (code === 'ERR_PROXY_TUNNEL')
    return { kind: 'unreachable', summary: 'the proxy opens no tunnel', reached }
  if (phase === 'reading') {
    return { kind: 'cut', summary: `the body was cut${code === '' ? '' : ` (${code})`}`, reached }
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return { kind: 'reset', summary: `connection closed without an answer (${code})`, reached }
  }
  if (code !== '') return { kind: 'unreachable', summary: `no connection (${code}${peer})`, reached }
  // An AggregateError of several addresses has its reasons inside.
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined
  if (inner !== undefined) return explainError(inner, phase)
  return { kind: 'unreachable', summary: 'the request failed', reached }
}
