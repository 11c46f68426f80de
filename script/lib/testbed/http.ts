import { readFileSync } from 'node:fs'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { TestbedFailure } from './failure.ts'

export interface HttpOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** PEM file of the certificate authority. */
  readonly authority?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** One request to a server of the testbed; `fetch` cannot be given a certificate authority. Ends after 30 s. */
export function request(url: string, options: HttpOptions = {}): Promise<HttpAnswer> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      {
        method: options.method ?? 'GET',
        headers: {
          ...options.headers,
          ...(options.body === undefined
            ? {}
            : { 'content-length': String(Buffer.byteLength(options.body)) }),
        },
        ...(options.authority === undefined ? {} : { ca: readFileSync(options.authority) }),
        signal: AbortSignal.timeout(30_000),
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
        })
      },
    )
    sent.on('error', reject)
    sent.end(options.body)
  })
}

/** As `request`, and throws unless the status is one of `expected` (by default 200 to 299). */
export async function requestOk(
  url: string,
  options: HttpOptions & { readonly expected?: readonly number[] } = {},
): Promise<HttpAnswer> {
  const answer = await request(url, options)
  const ok = options.expected?.includes(answer.status) ?? (answer.status >= 200 && answer.status < 300)
  if (!ok) {
    throw new TestbedFailure(`${options.method ?? 'GET'} ${url} answered ${answer.status}`, {
      evidence: answer.body.slice(0, 500),
    })
  }
  return answer
}
