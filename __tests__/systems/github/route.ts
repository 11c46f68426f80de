import type { GitRepository } from './git-repository.ts'
import type { Json } from './json-schema.ts'
import type { Links } from './links.ts'
import type { Repository } from './repository.ts'
import type { State, Token } from './state.ts'

/** A request that is known to be well formed, allowed, and for a repository that exists. */
export interface Call {
  readonly state: State
  readonly links: Links
  /** The time of the request, `2026-01-31T12:00:00Z`. */
  readonly now: string
  readonly token: Token | undefined
  /** Path and query parameters, of the types and with the defaults of the description. */
  readonly parameters: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body: Json
  /** The media type of the answer that was asked for, without `+json`: `application/vnd.github.raw`. */
  readonly accept: string
  /** The page that was asked for. */
  readonly page: number
  readonly perPage: number
}

export interface RepositoryCall extends Call {
  readonly repository: Repository
  readonly git: GitRepository
}

/** What a route answers; `body` is sent as JSON, text as it is. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly mediaType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Routes by operation id. */
export type Routes = Readonly<Record<string, (call: Call) => Answer | Promise<Answer>>>
export type RepositoryRoutes = Readonly<Record<string, (call: RepositoryCall) => Answer | Promise<Answer>>>

/** The login that shows as the author of what the call makes. */
export function authorOf(call: Call): string {
  return call.token?.login ?? 'octocat'
}

/** A whole number from the path. */
export function idOf(call: Call, name: string): number {
  return Number(call.parameters[name])
}

/** A text parameter; empty when it was left out. */
export function textOf(call: Call, name: string): string {
  return String(call.parameters[name] ?? '')
}
