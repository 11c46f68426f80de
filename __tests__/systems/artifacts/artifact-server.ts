import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Caches } from './cache-calls.ts'

/** The results service of GitHub Actions as its clients see it: what one job may do to the artifacts of another, too. */
export interface ArtifactServer extends AsyncDisposable {
  readonly url: string
  /** Finished artifacts by their names. */
  readonly artifacts: ReadonlyMap<string, Stored>
  /** Method and path of each request, and the status that it got. */
  readonly requests: readonly string[]
  /** `ArtifactService/ListArtifacts`, … : what was called with the runtime token of a job. */
  callsOf(token: string): readonly string[]
  /** The environment of a job's actions: any job's token may read, make and delete artifacts of its own run. */
  startJob(run: string): Readonly<Record<'ACTIONS_RESULTS_URL' | 'ACTIONS_RUNTIME_TOKEN', string>>
  /**
   * Asked for each request from now on: `handled` when it has answered itself, `lost` to have the request done and its
   * answer replaced by 503, undefined to let it through.
   */
  disturb(behave: Disturbance): void
}

export type Disturbance = (method: string, response: ServerResponse) => 'handled' | 'lost' | undefined

export interface Stored {
  readonly run: string
  readonly job: string
  readonly id: number
  /** In order of the block list. */
  content: Buffer
  finished: boolean
}

const API = '/twirp/github.actions.results.api.v1.'
const PREFIX = `${API}ArtifactService/`
const CACHES = `${API}CacheService/`

export async function startArtifactServer(): Promise<ArtifactServer> {
  const artifacts = new Map<string, Stored>()
  const blocks = new Map<string, Buffer>()
  const tokens = new Map<string, { run: string; job: string }>()
  const requests: string[] = []
  const calls: { token: string; call: string }[] = []
  const caches = new Caches()
  let disturbance: Disturbance | undefined
  let ids = 0

  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://server')
      const method = url.pathname.startsWith(PREFIX)
        ? url.pathname.slice(PREFIX.length)
        : `blob ${request.method ?? ''}`
      response.on('finish', () => requests.push(`${method} ${response.statusCode}`))
      const done = disturbance?.(method, response)
      if (done === 'handled') return
      if (done === 'lost') {
        const writeHead = response.writeHead.bind(response)
        response.writeHead = () => writeHead(503)
      }
      const token = (request.headers.authorization ?? '').replace('Bearer ', '')
      if (url.pathname.startsWith(API)) calls.push({ token, call: url.pathname.slice(API.length) })
      if (url.pathname.startsWith(CACHES))
        answerCache(url.pathname.slice(CACHES.length), token, body, response)
      else if (url.pathname.startsWith('/cache/')) send(response, 201, undefined)
      else if (method.startsWith('blob ')) answerBlob(method, url, body, response)
      else answerCall(method, request, body, response)
    })
  })

  function answerCache(method: string, token: string, body: Buffer, response: ServerResponse): void {
    const asked = JSON.parse(body.toString() || '{}') as Record<string, string>
    const [status, answer] = tokens.has(token)
      ? caches.answer(method, asked, base())
      : [401, { code: 'unauthenticated' }]
    send(response, status, answer)
  }

  function answerCall(
    method: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const token = tokens.get((request.headers.authorization ?? '').replace('Bearer ', ''))
    const asked = JSON.parse(body.toString() || '{}') as Record<string, string>
    if (token === undefined || asked.workflow_run_backend_id !== token.run) {
      send(response, 401, { code: 'unauthenticated' })
      return
    }
    const name = asked.name ?? ''
    const stored = artifacts.get(name)
    switch (method) {
      case 'CreateArtifact':
        if (stored?.run === token.run) {
          send(response, 409, { code: 'already_exists' })
          return
        }
        artifacts.set(name, { ...token, id: (ids += 1), content: Buffer.alloc(0), finished: false })
        {
          send(response, 200, {
            ok: true,
            signed_upload_url: `${base()}/blob/${encodeURIComponent(name)}?sig=up`,
          })
          return
        }
      case 'FinalizeArtifact': {
        const digest =
          stored === undefined ? '' : `sha256:${createHash('sha256').update(stored.content).digest('hex')}`
        if (stored === undefined || String(stored.content.length) !== asked.size || digest !== asked.hash) {
          send(response, 400, { code: 'invalid_argument' })
          return
        }
        stored.finished = true
        send(response, 200, { ok: true, artifact_id: String(stored.id) })
        return
      }
      case 'ListArtifacts': {
        const listed = [...artifacts].filter(
          ([each, { run, finished }]) =>
            finished && run === token.run && (asked.name_filter ?? each) === each,
        )
        send(response, 200, {
          artifacts: listed.map(([each, { run, job, id, content }]) => ({
            workflow_run_backend_id: run,
            workflow_job_run_backend_id: job,
            database_id: String(id),
            name: each,
            size: String(content.length),
          })),
        })
        return
      }
      case 'GetSignedArtifactURL':
        if (stored?.finished !== true) {
          send(response, 404, { code: 'not_found' })
          return
        }
        {
          send(response, 200, {
            name,
            signed_url: `${base()}/blob/${encodeURIComponent(name)}?sig=down`,
          })
          return
        }
      case 'DeleteArtifact':
        artifacts.delete(name)
        {
          send(response, 200, { ok: true, artifact_id: String(stored?.id ?? 0) })
          return
        }
      default: {
        send(response, 404, { code: 'bad_route' })
        return
      }
    }
  }

  function answerBlob(method: string, url: URL, body: Buffer, response: ServerResponse): void {
    const name = decodeURIComponent(url.pathname.slice('/blob/'.length))
    const stored = artifacts.get(name)
    if (stored === undefined) {
      send(response, 404, {})
      return
    }
    if (method === 'blob GET' && url.searchParams.get('sig') === 'down') {
      response.writeHead(200, { 'content-type': 'application/zip', 'content-length': stored.content.length })
      response.end(stored.content)
      return
    }
    if (method !== 'blob PUT' || url.searchParams.get('sig') !== 'up') {
      send(response, 403, {})
      return
    }
    const block = url.searchParams.get('blockid')
    if (url.searchParams.get('comp') === 'block' && block !== null) blocks.set(`${name} ${block}`, body)
    else if (url.searchParams.get('comp') === 'blocklist') {
      const listed = [...body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id = '']) => id)
      const found = listed.map((id) => blocks.get(`${name} ${id}`))
      if (!found.every((each) => each !== undefined)) {
        send(response, 400, {})
        return
      }
      stored.content = Buffer.concat(found)
    } else {
      send(response, 400, {})
      return
    }
    send(response, 201, undefined)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    get url() {
      return base()
    },
    artifacts,
    requests,
    callsOf: (token) => calls.filter((each) => each.token === token).map(({ call }) => call),
    startJob(run) {
      const job = randomUUID()
      const claims = { scp: `Actions.GenericRead:0 Actions.Results:${run}:${job}`, jti: randomUUID() }
      const token = [{ alg: 'none' }, claims, {}]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      tokens.set(token, { run, job })
      return { ACTIONS_RESULTS_URL: `${base()}/`, ACTIONS_RUNTIME_TOKEN: token }
    },
    disturb(behave) {
      disturbance = behave
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
