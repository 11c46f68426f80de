import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerApi } from './api.ts'
import type { ApiParts } from './exchange.ts'
import { answerControl } from './control.ts'
import { loadDescription } from './description.ts'
import { FaultBook, type FaultRule } from './faults.ts'
import { toSeconds } from './git-repository.ts'
import { jsonMessage, readBody, sendMessage } from './message.ts'
import { createRepository, type RepositoryOptions } from './create-repository.ts'
import type { Repository } from './repository.ts'
import { seed, type Seeds } from './seed.ts'
import { createState, createToken, resetState, type State, type Token, type TokenOptions } from './state.ts'

export interface ServerOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  readonly host?: string
  /** Path that the API is served under: `/api/v3` on a GitHub Enterprise Server; none by default. */
  readonly apiPath?: string
  /** Starts of the ids of operations that it does not have, as servers like GitHub: `checks/`. */
  readonly absent?: readonly string[]
  /** A file that keeps the state over a restart (mode 0600: the tokens are in it). */
  readonly stateFile?: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** A running server, and the same controls that `/_testbed/…` gives over HTTP. */
export interface GithubServer {
  /** What `GITHUB_API_URL` is set to. */
  readonly url: string
  /** The live state: read it, and change it only through the methods below. */
  readonly state: State
  readonly faults: FaultBook
  createRepository(options: RepositoryOptions): Repository
  mintToken(options: TokenOptions): Token
  /** Puts a workflow, run, job, artifact, pull request or environment into a repository (`owner/name`). */
  seed<Kind extends keyof Seeds>(
    repository: string,
    kind: Kind,
    record: Seeds[Kind],
  ): Repository[Kind][number]
  inject(...rules: readonly FaultRule[]): void
  /** Forgets everything, faults too. */
  reset(): void
  close(): Promise<void>
}

/** Starts a GitHub REST API server on loopback. */
export async function startGithubServer(options: ServerOptions = {}): Promise<GithubServer> {
  const now = options.now ?? Date.now
  const state = readState(options.stateFile)
  const faults = new FaultBook()
  // Longer than any test idles, so that no test meets the race of a connection that is closed while it is reused.
  const http = createServer({ keepAliveTimeout: 60_000 })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })
  const { address, port } = http.address() as AddressInfo
  const parts: ApiParts = {
    state,
    faults,
    description: loadDescription(),
    url: `http://${address}:${port}${options.apiPath ?? ''}`,
    apiPath: options.apiPath ?? '',
    absent: options.absent ?? [],
    now,
  }
  const server: GithubServer = {
    url: parts.url,
    state,
    faults,
    createRepository: (repository) => createRepository(state, repository, toSeconds(new Date(now()))),
    mintToken: (token) => createToken(state, token),
    seed: (name, kind, record) =>
      seed(state, findByName(state, name), kind, record, toSeconds(new Date(now()))),
    inject: (...rules) => {
      faults.add(...rules)
    },
    reset: () => {
      resetState(state)
      faults.clear()
    },
    close: async () => {
      const closed = new Promise((resolve) => http.close(resolve))
      http.closeAllConnections()
      await closed
      writeState(options.stateFile, state)
    },
  }
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(parts, server, request, response)
      .then(() => {
        if (request.method !== 'GET') writeState(options.stateFile, state)
      })
      .catch((error: unknown) => {
        // A client that went away is its own business; anything else is a bug of this server, and must be seen.
        if (response.headersSent || response.destroyed) return
        sendMessage(response, jsonMessage(500, { message: `The test server failed: ${String(error)}` }))
      })
  })
  return server
}

async function answer(
  parts: ApiParts,
  server: GithubServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', parts.url).pathname
  if (!path.startsWith('/_testbed/')) {
    await answerApi(parts, request, response)
    return
  }
  const name = path.slice('/_testbed/'.length)
  sendMessage(response, answerControl(server, request.method ?? 'GET', name, await readBody(request)))
}

function findByName(state: State, fullName: string): Repository {
  const found = state.repositories.find(({ owner, name }) => `${owner}/${name}` === fullName)
  if (found === undefined) throw new Error(`There is no repository ${fullName}`)
  return found
}

function readState(file: string | undefined): State {
  if (file === undefined || !existsSync(file)) return createState()
  return { ...createState(), ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<State>) }
}

/** The log of requests is of this process, and stays out of the file. */
function writeState(file: string | undefined, state: State): void {
  if (file === undefined) return
  writeFileSync(`${file}.new`, JSON.stringify({ ...state, requests: [], violations: [] }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
