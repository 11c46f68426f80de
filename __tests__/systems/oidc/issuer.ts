import { randomBytes } from 'node:crypto'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerUnderFault } from '../github/fault-answer.ts'
import { FaultBook, type FaultRule } from '../github/faults.ts'
import { jsonMessage, type Message, readBody, sendMessage } from '../github/message.ts'
import { createClaims, defaultAudience, type JobClaims } from './claims.ts'
import { answerControl } from './control.ts'
import { readSigningKey, type SigningKey } from './signing-key.ts'

export interface IssuerOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  readonly host?: string
  /** PEM; plain HTTP without it. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
  /** The `iss` of the tokens; the server's own address when left out. */
  readonly issuer?: string
  /** Keeps the key over a restart, so that those who read the JWKS need not read it again. */
  readonly signingKeyFile?: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** A job of a workflow; `token` and `url` are null for one without `id-token: write`. */
export interface Job {
  readonly id: string
  readonly claims: JobClaims
  /** What `ACTIONS_ID_TOKEN_REQUEST_TOKEN` is set to. */
  readonly requestToken: string | null
  /** What `ACTIONS_ID_TOKEN_REQUEST_URL` is set to. */
  readonly requestUrl: string | null
}

/** One request, in the order of arrival. */
export interface IssuerRequest {
  readonly method: string
  readonly path: string
  readonly audience: string | null
  /** Null for one that has no fault. */
  readonly fault: string | null
  status: number | null
}

export interface OidcIssuer {
  readonly url: string
  readonly issuer: string
  readonly requests: IssuerRequest[]
  readonly faults: FaultBook
  /** A job that may ask for tokens, unless `permissions` are given without `id-token: write`. */
  startJob(claims: JobClaims, permissions?: Readonly<Record<string, string>>): Job
  inject(...rules: readonly FaultRule[]): void
  /** Forgets jobs, faults and requests; the key stays. */
  reset(): void
  close(): Promise<void>
}

interface Parts {
  readonly issuer: string
  readonly key: SigningKey
  readonly jobs: Map<string, Job>
  readonly faults: FaultBook
  readonly requests: IssuerRequest[]
  readonly now: () => number
}

/** Longer than any test idles, so that no test meets the race of a connection that is closed while it is reused. */
const keepAlive = { keepAliveTimeout: 60_000 }

/** Starts an issuer of GitHub Actions' OIDC tokens on loopback. */
export async function startOidcIssuer(options: IssuerOptions = {}): Promise<OidcIssuer> {
  // Before it listens: a request must not arrive while there is no key yet.
  const key = await readSigningKey(options.signingKeyFile)
  const server =
    options.tls === undefined
      ? createHttpServer(keepAlive)
      : createHttpsServer({ ...keepAlive, ...options.tls })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })
  const { address, port } = server.address() as AddressInfo
  const url = `${options.tls === undefined ? 'http' : 'https'}://${address}:${port}`
  const parts: Parts = {
    issuer: options.issuer ?? url,
    key,
    jobs: new Map(),
    faults: new FaultBook(),
    requests: [],
    now: options.now ?? Date.now,
  }
  const issuer: OidcIssuer = {
    url,
    issuer: parts.issuer,
    requests: parts.requests,
    faults: parts.faults,
    startJob: (claims, permissions = { 'id-token': 'write' }) => {
      const id = randomBytes(6).toString('hex')
      const allowed = permissions['id-token'] === 'write'
      const job = {
        id,
        claims,
        requestToken: allowed ? randomBytes(24).toString('base64url') : null,
        requestUrl: allowed ? `${url}/jobs/${id}/token?api-version=2.0` : null,
      }
      parts.jobs.set(id, job)
      return job
    },
    inject: (...rules) => {
      parts.faults.add(...rules)
    },
    reset: () => {
      parts.jobs.clear()
      parts.faults.clear()
      parts.requests.length = 0
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(parts, issuer, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return
      sendMessage(response, jsonMessage(500, { message: `The issuer failed: ${String(error)}` }))
    })
  })
  return issuer
}

async function answer(
  parts: Parts,
  issuer: OidcIssuer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', issuer.url)
  const method = request.method ?? 'GET'
  const body = await readBody(request)
  if (url.pathname.startsWith('/_testbed/')) {
    sendMessage(response, answerControl(issuer, method, url.pathname.slice('/_testbed/'.length), body))
    return
  }
  const fault = parts.faults.take({ method, path: url.pathname })
  const record: IssuerRequest = {
    method,
    path: url.pathname,
    audience: url.searchParams.get('audience'),
    fault: fault?.rule.fault ?? null,
    status: null,
  }
  parts.requests.push(record)
  await answerUnderFault(response, fault, {
    work: () => answerPath(parts, method, url, request.headers.authorization),
    renderFault: ({ status, rule }) =>
      jsonMessage(
        status || 200,
        { message: `The request failed with ${status}` },
        rule.retryAfter === undefined ? {} : { 'retry-after': rule.retryAfter },
      ),
    onStatus: (status) => {
      record.status = status
    },
  })
}

async function answerPath(
  parts: Parts,
  method: string,
  url: URL,
  authorization: string | undefined,
): Promise<Message> {
  if (method !== 'GET') return jsonMessage(405, { message: 'Only GET is known here' })
  if (url.pathname === '/.well-known/openid-configuration')
    return jsonMessage(200, renderConfiguration(parts))
  if (url.pathname === '/.well-known/jwks') return jsonMessage(200, { keys: [parts.key.publicJwk] })
  const id = /^\/jobs\/(\w+)\/token$/.exec(url.pathname)?.[1]
  if (id === undefined) return jsonMessage(404, { message: 'Not Found' })

  const job = parts.jobs.get(id)
  const given = /^bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (job?.requestToken == null || given !== job.requestToken) {
    return jsonMessage(401, { message: 'The request token is missing, wrong, or of another job' })
  }
  if (url.searchParams.get('api-version') !== '2.0') {
    return jsonMessage(400, { message: 'api-version must be 2.0' })
  }
  const audience = url.searchParams.get('audience') ?? defaultAudience(job.claims.repository)
  const claims = createClaims(job.claims, parts.issuer, audience, Math.floor(parts.now() / 1000))
  const value = await parts.key.sign(claims)
  return jsonMessage(200, { count: value.length, value })
}

/** The discovery document, as GitHub's issuer shows it. */
function renderConfiguration(parts: Parts): Record<string, unknown> {
  const example = createClaims({ repository: 'owner/name', sha: '', environment: '' }, parts.issuer, '', 0)
  return {
    issuer: parts.issuer,
    jwks_uri: `${parts.issuer}/.well-known/jwks`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    claims_supported: Object.keys(example),
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  }
}
