import { STATUS_CODES } from 'node:http'

import { HttpFailure, renderTries, type Subject } from './http-failure.ts'
import type { HttpAnswer } from './http.ts'

export interface AnswerParts {
  readonly subject: Subject
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

/** How an answer came about. */
export interface History {
  readonly attempts: number
  readonly elapsedMs: number
  readonly first: string | undefined
  /** Until when the server asks to wait, where that is longer than there is time. */
  readonly until: Date | undefined
}

const decoder = new TextDecoder('utf-8', { fatal: true })

export function createAnswer({ subject, status, headers, body }: AnswerParts): HttpAnswer {
  let parsed: { readonly value: unknown } | undefined
  return {
    status,
    headers,
    body,
    attempts: 1,
    text: () => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
    json() {
      parsed ??= { value: parseJson(body, subject) }
      return parsed.value
    },
    describe: () => renderStatus(status),
  }
}

/** The same answer as the end of several attempts. */
export function withHistory(answer: HttpAnswer, { attempts, elapsedMs, first, until }: History): HttpAnswer {
  const wait = until === undefined ? '' : `, asks to wait until ${until.toISOString()}`
  return {
    ...answer,
    attempts,
    describe: () => `${renderStatus(answer.status)}${wait}${renderTries(attempts, elapsedMs, first)}`,
  }
}

/** `503 Service Unavailable`. */
export function renderStatus(status: number): string {
  const name = STATUS_CODES[status]
  return name === undefined ? String(status) : `${status} ${name}`
}

/** @throws HttpFailure when a 2xx answer is not the JSON that was asked for */
export function requireJson(answer: HttpAnswer, subject: Subject): void {
  const { status, headers, body } = answer
  if (status < 200 || status > 299 || status === 204 || status === 205 || subject.method === 'HEAD') return
  if (body.length === 0) {
    throw new HttpFailure(subject, 'garbage', { summary: 'an empty body instead of JSON', reached: true })
  }
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!/^(?:application|text)\/(?:[\w.+-]{1,60}\+)?json$/.test(mediaType)) {
    const shown = /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/.test(mediaType) ? mediaType : 'no known media type'
    throw new HttpFailure(subject, 'media-type', { summary: `${shown} instead of JSON`, reached: true })
  }
  answer.json()
}

function parseJson(body: Uint8Array, subject: Subject): unknown {
  try {
    return JSON.parse(decoder.decode(body)) as unknown
  } catch {
    // The parser's own message quotes the body.
    throw new HttpFailure(subject, 'garbage', { summary: 'a body that is not valid JSON', reached: true })
  }
}
