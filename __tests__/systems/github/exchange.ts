import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Description, Operation } from './description.ts'
import type { FaultBook } from './faults.ts'
import { parseAuthorization } from './request-headers.ts'
import type { RequestRecord, State, Token, Violation } from './state.ts'

/** What the API works with; `now` is milliseconds since 1970. */
export interface ApiParts {
  readonly state: State
  readonly description: Description
  readonly faults: FaultBook
  readonly url: string
  /** Path that the API is served under: `/api/v3` on a GitHub Enterprise Server. */
  readonly apiPath: string
  /** Starts of the ids of operations that this server does not have, as servers like GitHub: `checks/`. */
  readonly absent: readonly string[]
  readonly now: () => number
}

/** Everything known of the request that is being answered. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly url: URL
  readonly record: RequestRecord
  readonly operation: Operation | undefined
  readonly path: Readonly<Record<string, string>>
  token: Token | undefined
}

/** Finds the operation of a request, and begins its record. */
export function openExchange(parts: ApiParts, request: IncomingMessage, response: ServerResponse): Exchange {
  const url = new URL(request.url ?? '/', parts.url)
  const method = request.method ?? 'GET'
  const under = url.pathname.startsWith(`${parts.apiPath}/`)
  const match = under ? parts.description.match(method, url.pathname.slice(parts.apiPath.length)) : undefined
  const record: RequestRecord = {
    id: randomBytes(8).toString('hex').toUpperCase(),
    method,
    path: url.pathname,
    query: url.search,
    operationId: match?.value.id ?? null,
    tokenId:
      parts.state.tokens.find(({ value }) => value === parseAuthorization(request.headers))?.id ?? null,
    at: parts.now(),
    status: null,
    fault: null,
    aborted: false,
  }
  parts.state.requests.push(record)
  response.once('close', () => {
    record.aborted = !response.writableFinished && !/(cut|reset|close)/.test(record.fault ?? '')
  })
  return { request, url, record, operation: match?.value, path: match?.parameters ?? {}, token: undefined }
}

/** Notes what is wrong with an exchange; nothing when there are no problems. */
export function violate(
  parts: ApiParts,
  { record }: Exchange,
  kind: Violation['kind'],
  problems: readonly string[],
): void {
  if (problems.length === 0) return
  const { id: requestId, method, path, operationId } = record
  parts.state.violations.push({ requestId, method, path, operationId, kind, problems })
}
