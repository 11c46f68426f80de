import type { Exchange, ApiParts } from './exchange.ts'
import { violate } from './exchange.ts'
import { jsonMessage, type Message } from './message.ts'
import { rateHeaders, rateWindow } from './rate-limit.ts'
import type { Refusal } from './refusal.ts'
import { apiVersion } from './request-headers.ts'
import type { Answer } from './route.ts'

/** Renders an answer, after holding it against the description: a wrong one is a fault of this server, and a 500. */
export function renderAnswer(parts: ApiParts, exchange: Exchange, answer: Answer): Message {
  const { operation } = exchange
  const headers = { ...commonHeaders(parts, exchange), ...answer.headers }
  const mediaType = answer.body === undefined ? undefined : (answer.mediaType ?? 'application/json')
  const isText = typeof answer.body === 'string' || answer.body instanceof Buffer
  const text = isText ? String(answer.body) : JSON.stringify(answer.body)
  // Raw contents are described in words only.
  if (operation !== undefined && mediaType !== 'application/vnd.github.raw') {
    const value: unknown = isText ? text : answer.body === undefined ? undefined : JSON.parse(text)
    const problems = parts.description.responseProblems(operation, answer.status, mediaType, value)
    if (problems.length > 0) {
      violate(parts, exchange, 'response', problems)
      const message = `The test server's answer does not fit the description:\n${problems.join('\n')}`
      return jsonMessage(500, { message }, headers)
    }
  }
  if (answer.body === undefined) return { status: answer.status, headers, body: Buffer.alloc(0) }
  const contentType = `${mediaType ?? 'application/json'}; charset=utf-8`
  const body = answer.body instanceof Buffer ? answer.body : Buffer.from(text)
  return { status: answer.status, headers: { 'content-type': contentType, ...headers }, body }
}

/** An error in GitHub's form. */
export function renderRefusal(parts: ApiParts, exchange: Exchange, refusal: Refusal): Message {
  const body = {
    message: refusal.message,
    ...(refusal.errors !== undefined && { errors: refusal.errors }),
    documentation_url: exchange.operation?.documentation ?? 'https://docs.github.com/rest',
    status: String(refusal.status),
  }
  return jsonMessage(refusal.status, body, { ...commonHeaders(parts, exchange), ...refusal.headers })
}

function commonHeaders(parts: ApiParts, exchange: Exchange): Record<string, string> {
  return {
    ...rateHeaders(rateWindow(parts.state, exchange.token, parts.now() / 1000)),
    'cache-control': 'private, max-age=60, s-maxage=60',
    'x-github-api-version-selected': apiVersion,
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': exchange.record.id,
    ...(exchange.token?.kind === 'classic' && { 'x-oauth-scopes': 'repo' }),
  }
}
