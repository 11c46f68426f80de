import type { IncomingMessage } from 'node:http'

import type { Clock } from '../clock/clock.ts'
import type { Agents } from './agents.ts'
import { createAnswer, requireJson } from './answer.ts'
import { ACCEPT_ENCODING } from './decode-body.ts'
import { exchange, type Hop } from './exchange.ts'
import { HttpFailure, printableUrl, renderSeconds, type Subject } from './http-failure.ts'
import type { HttpAnswer, HttpRequest } from './http.ts'
import { readBody } from './read-body.ts'
import { planRedirect } from './redirect.ts'

const MAX_BYTES = 10 * 1024 * 1024
const MAX_REDIRECTS = 5

export interface Wire {
  readonly agents: Agents
  readonly clock: Clock
  readonly userAgent: string
}

/** An answer that came whole, or the head of one whose body goes on. */
export type Attempted =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'open'; readonly incoming: IncomingMessage; readonly subject: Subject }

/**
 * Sends a request once, redirects included, within one deadline for all of it.
 *
 * @param live leave the body of a 2xx answer to be read later; the deadline then ends with its head
 * @throws HttpFailure, or the reason of the request's signal
 */
export async function attempt(
  request: HttpRequest,
  { agents, clock, userAgent }: Wire,
  attemptMs: number,
  live: boolean,
): Promise<Attempted> {
  let hop = firstHop(request, userAgent, live)
  const subject = hop.subject
  const deadline = clock.deadline(
    attemptMs,
    () =>
      new HttpFailure(subject, 'timeout', {
        summary: `no complete answer within ${renderSeconds(attemptMs)}`,
        reached: true,
      }),
  )
  try {
    const signal = AbortSignal.any([request.signal, deadline.signal])
    for (let redirects = 0; ; redirects += 1) {
      const incoming = await exchange(hop, { agents, clock }, signal)
      const status = incoming.statusCode ?? 0
      if (live && status >= 200 && status <= 299) return { kind: 'open', incoming, subject: hop.subject }
      const body = await readBody(incoming, hop.subject, request.maxBytes ?? MAX_BYTES, signal)
      const next =
        request.followRedirects === true && redirects < MAX_REDIRECTS
          ? planRedirect(hop, status, incoming.headers.location)
          : undefined
      if (next === undefined) {
        const answer = createAnswer({ subject: hop.subject, status, headers: readHeaders(incoming), body })
        if (request.accept === 'json') requireJson(answer, hop.subject)
        return { kind: 'answer', answer }
      }
      hop = next
    }
  } finally {
    deadline.clear()
  }
}

/** Header fields by name in lower case; repeated ones joined as RFC 9110 says. */
export function readHeaders(incoming: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

function firstHop(request: HttpRequest, userAgent: string, live: boolean): Hop {
  const url = new URL(request.url)
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    subject: { system: request.system, method: request.method, url: printableUrl(url) },
    url,
    method: request.method,
    headers: {
      'user-agent': userAgent,
      'accept-encoding': live ? 'identity' : ACCEPT_ENCODING,
      ...(request.accept === 'json' ? { accept: 'application/json' } : {}),
      ...(Object.fromEntries(given) as Record<string, string>),
    },
    body: request.body,
    tls: request.tls,
  }
}
