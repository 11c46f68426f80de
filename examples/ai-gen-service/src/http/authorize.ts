import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/**
 * Lets a request pass that carries the service's bearer token (RFC 6750), or any request when the service has none.
 *
 * @throws Problem 401 that says how to authenticate, and not what was wrong
 */
export function authorize(request: IncomingMessage, apiToken: string | undefined): void {
  if (apiToken === undefined) return
  const [, token] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? []
  if (token !== undefined && timingSafeEqual(digest(token), digest(apiToken))) return
  throw new Problem(401, 'Unauthorized', 'a valid bearer token is required', {
    headers: { 'WWW-Authenticate': 'Bearer realm="ai-gen-service"' },
  })
}

/** Digests have one length, so comparing them tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
