import { STATUS_CODES } from 'node:http'

import type { Http, HttpAnswer, Method, RetryPolicy } from './http.ts'

/** What Octokit gives its `fetch`. */
interface FetchInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | null
  readonly signal?: AbortSignal | null
  readonly redirect?: string
}

/** The media types in which GitHub answers with JSON; `raw`, `diff` and the like are texts. */
const JSON_ACCEPT = /^application\/(?:vnd\.github(?:\.v3)?\+)?json$/

/**
 * The HTTP core as a `fetch`, for Octokit: routes and types are its, the sending is ours. An answer is whole before it is
 * given, and JSON where JSON was asked for; a failure rejects. A POST is sent once: who sends it looks for its effect
 * before it is repeated.
 *
 * What comes back has only what Octokit uses of a `Response`. The one of Node would load all of undici, which takes as
 * long as the rest of a start.
 *
 * @param system whom the requests go to, for log lines and errors
 * @param how how often and how long the next request is tried, and what of its answers is not tried again
 */
export function createFetch(
  http: Http,
  system: string,
  how: () => {
    readonly policy?: Partial<RetryPolicy>
    readonly isFinal?: (answer: HttpAnswer) => boolean
  } = () => ({}),
): typeof globalThis.fetch {
  const fetch = async (url: string, init: FetchInit = {}): Promise<WholeResponse> => {
    const accept = Object.entries(init.headers ?? {}).find(([name]) => name.toLowerCase() === 'accept')?.[1]
    const answer = await http.send({
      system,
      method: (init.method ?? 'GET').toUpperCase() as Method,
      url,
      headers: init.headers ?? {},
      ...(init.body === undefined || init.body === null ? {} : { body: init.body }),
      signal: init.signal ?? new AbortController().signal,
      accept: JSON_ACCEPT.test(accept ?? '') ? 'json' : 'any',
      ...how(),
      followRedirects: init.redirect !== 'manual',
    })
    return new WholeResponse(url, answer)
  }
  return fetch as unknown as typeof globalThis.fetch
}

/** Name under which a response says what `describe` of its answer says, the number of attempts among it. */
export const DESCRIPTION_HEADER = 'stagegate-description'

class WholeResponse {
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly ok: boolean
  readonly headers: ReadonlyMap<string, string>
  readonly #answer: HttpAnswer

  constructor(url: string, answer: HttpAnswer) {
    this.url = url
    this.status = answer.status
    this.statusText = STATUS_CODES[answer.status] ?? ''
    this.ok = answer.status >= 200 && answer.status <= 299
    this.headers = new Map([...answer.headers, [DESCRIPTION_HEADER, answer.describe()]])
    this.#answer = answer
  }

  text(): Promise<string> {
    return Promise.resolve(this.#answer.text())
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(Uint8Array.from(this.#answer.body).buffer)
  }
}
