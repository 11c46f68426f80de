import { randomBytes } from 'node:crypto'
import type { Json } from './json-schema.ts'
import type { Permissions } from './permissions.ts'
import type { Repository } from './repository.ts'

/** Who made the token: the app that its check runs belong to, and the login that shows as their creator. */
export interface App {
  readonly id: number
  readonly slug: string
  readonly name: string
}

/** A token and what it may do. Its value is in the state file, but never in what `/_testbed/state` shows. */
export interface Token {
  readonly id: number
  readonly value: string
  /** `actions`: a job's GITHUB_TOKEN; `fork`: the same, read-only; `classic`: a personal token with scope `repo`. */
  readonly kind: 'actions' | 'fork' | 'classic'
  readonly repository: string
  readonly permissions: Permissions
  readonly app: App | null
  readonly login: string
}

/** The window of the primary rate limit that one token (or everyone without a token) draws from. */
export interface RateWindow {
  limit: number
  used: number
  /** Unix time in seconds at which `used` starts again from 0. */
  resetsAt: number
}

/** One request that reached the API, in the order of arrival. */
export interface RequestRecord {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly operationId: string | null
  /** The id of the token that was used; null for none or an unknown one. */
  readonly tokenId: number | null
  /** Milliseconds since 1970. */
  readonly at: number
  /** The answer's status; null while there is none, or for a fault that never sends one. */
  status: number | null
  fault: string | null
  /** The client closed the connection before it had the whole answer. */
  aborted: boolean
}

/** A request that does not fit the description, or an answer of ours that does not. */
export interface Violation {
  readonly requestId: string
  readonly method: string
  readonly path: string
  readonly operationId: string | null
  readonly kind: 'route' | 'not-implemented' | 'header' | 'parameter' | 'body' | 'limit' | 'response'
  readonly problems: readonly string[]
}

/** Everything that the server remembers, as plain JSON. */
export interface State {
  nextId: number
  readonly repositories: Repository[]
  readonly tokens: Token[]
  readonly rates: Record<string, RateWindow>
  readonly requests: RequestRecord[]
  readonly violations: Violation[]
}

/** GitHub Actions' own app, the author of every check run made with a job's token. */
export const actionsApp: App = { id: 15368, slug: 'github-actions', name: 'GitHub Actions' }

export function createState(): State {
  return { nextId: 1001, repositories: [], tokens: [], rates: {}, requests: [], violations: [] }
}

/** Empties `state` in place, for everyone who holds it. */
export function resetState(state: State): void {
  for (const list of [state.repositories, state.tokens, state.requests, state.violations]) list.length = 0
  for (const key of Object.keys(state.rates)) Reflect.deleteProperty(state.rates, key)
  state.nextId = createState().nextId
}

/** The next id; ids are one sequence over all kinds, so that none fits a wrong route by chance. */
export function takeId(state: State): number {
  state.nextId += 1
  return state.nextId - 1
}

/** What `GET /_testbed/state` shows: everything but the tokens' values. */
export function renderState(state: State): Json {
  return { ...state, tokens: state.tokens.map((token) => ({ ...token, value: undefined })) }
}

export interface TokenOptions {
  /** `owner/name` */
  readonly repository: string
  /** As in a workflow: `{ contents: 'read', checks: 'write' }`; what is not named is not granted. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write' | 'none'>>
  readonly kind?: Token['kind']
  readonly app?: App
}

/** Mints a token. A fork's token keeps what it can read and loses every right to write. */
export function createToken(state: State, options: TokenOptions): Token {
  const kind = options.kind ?? 'actions'
  const permissions: Record<string, 'read' | 'write'> = { metadata: 'read' }
  for (const [name, access] of Object.entries(options.permissions ?? {})) {
    if (access !== 'none') permissions[name.replaceAll('-', '_')] = kind === 'fork' ? 'read' : access
  }
  const app = kind === 'classic' ? null : (options.app ?? actionsApp)
  const token: Token = {
    id: takeId(state),
    value: `${kind === 'classic' ? 'ghp' : 'ghs'}_${randomBytes(18).toString('hex')}`,
    kind,
    repository: options.repository,
    permissions,
    app,
    login: app === null ? 'octocat' : `${app.slug}[bot]`,
  }
  state.tokens.push(token)
  return token
}
