import type { Http, Method } from './http.ts'

/**
 * The HTTP core as a `fetch`, for clients such as Octokit whose routes and types we use, but not their sending. An answer
 * is whole before it is given; a failure rejects. A POST is sent once: who sends it looks for its effect before it is
 * repeated.
 *
 * @param system whom the requests go to, for log lines and errors
 */
export function createFetch(http: Http, system: string): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
    const answer = await http.send({
      system,
      method: request.method as Method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      ...(body === undefined ? {} : { body }),
      signal: request.signal,
    })
    // These statuses may have no body, not even an empty one.
    const empty = [101, 204, 205, 304].includes(answer.status)
    return new Response(empty ? null : Buffer.from(answer.body), {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
    })
  }
}
