import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitServer {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** The `authorization` header of each request, in order. */
  readonly authorizations: readonly (string | undefined)[]
  /** Answers the next requests with this status instead of asking Git. */
  failNext(status: number, times: number): void
  close(): Promise<void>
}

/** Git's own smart HTTP server (`git http-backend`) over a folder of bare repositories, behind a token. */
export async function startGitServer(folder: string, token?: string): Promise<GitServer> {
  const authorizations: (string | undefined)[] = []
  const failures: number[] = []
  const expected =
    token === undefined ? undefined : `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization)
    const failure = failures.shift()
    if (failure !== undefined) return void response.writeHead(failure).end('not now')
    if (expected !== undefined && request.headers.authorization?.replace(/^Basic/, 'basic') !== expected) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    }
    answer(request, response, folder)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    failNext(status, times) {
      failures.push(...Array.from({ length: times }, () => status))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

/** One CGI call (RFC 3875): headers, an empty line, the body. */
function answer(request: IncomingMessage, response: ServerResponse, folder: string): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    },
  })
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => {
    const bytes = Buffer.concat(chunks)
    const border = bytes.indexOf('\r\n\r\n')
    const headers = bytes.subarray(0, border).toString().split('\r\n')
    let status = 200
    for (const line of headers) {
      const [name = '', ...rest] = line.split(': ')
      if (name === 'Status') status = Number(rest.join(': ').slice(0, 3))
      else response.setHeader(name, rest.join(': '))
    }
    response.writeHead(status).end(bytes.subarray(border + 4))
  })
}
