import { StagegateError } from '../../errors/index.ts'
import type { Http, HttpAnswer, HttpRequest, Tls } from '../http/http.ts'
import type { Secrets } from '../runner/secrets.ts'
import { isTrustedRealm, parseChallenge } from './challenge.ts'
import { refusal, toRegistryError } from './registry-error.ts'
import type { RepositoryName } from './repository-name.ts'
import { cut } from '../../text/index.ts'

/** A login, for one registry only. */
export interface RegistryCredentials {
  /** As in image names: `ghcr.io`, `localhost:5000`. */
  readonly registry: string
  readonly username: string
  readonly password: string
}

export type Actions = 'pull' | 'pull,push'

export interface RegistryRequest extends Omit<HttpRequest, 'system' | 'url' | 'tls'> {
  /** Path under `/v2/<repository>/`, or an absolute URL on the registry's origin. */
  readonly path: string
}

/** Sends to one registry; asks for a login when the registry does, and again once when the login has run out. */
export interface RegistryClient {
  /** @throws StagegateError E_REGISTRY_*; the answer may have any status but 401 */
  send(repository: RepositoryName, actions: Actions, request: RegistryRequest): Promise<HttpAnswer>
}

export interface RegistryClientOptions {
  readonly http: Http
  readonly secrets: Secrets
  readonly credentials: RegistryCredentials | undefined
  readonly tls?: Tls
}

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { http, secrets, tls } = options
  /** `authorization` headers by repository and actions. A promise, so that requests at the same time log in once. */
  const logins = new Map<string, Promise<string>>()

  return {
    async send(repository, actions, request) {
      const key = `${repository.registry}/${repository.path}:${actions}`
      const used = logins.get(key)
      const answer = await attempt(repository, request, await used)
      if (answer.status !== 401) return answer
      let login = logins.get(key)
      if (login === undefined || login === used) {
        login = logIn(repository, actions, answer, request.signal)
        logins.set(key, login)
        login.catch(() => logins.delete(key))
      }
      const second = await attempt(repository, request, await login)
      if (second.status === 401) throw refusal(second, repository, `${request.method} with this login`)
      return second
    },
  }

  async function attempt(
    repository: RepositoryName,
    request: RegistryRequest,
    authorization: string | undefined,
  ): Promise<HttpAnswer> {
    const { path, headers, ...rest } = request
    const url = new URL(path, `${repository.origin}/v2/${repository.path}/`)
    if (url.origin !== repository.origin) {
      throw new StagegateError('E_REGISTRY_PROTOCOL', {
        message: `${repository.registry} sends uploads to another origin, ${url.origin}; the login is not sent there.`,
      })
    }
    try {
      return await http.send({
        ...rest,
        system: 'registry',
        url: url.href,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(tls === undefined ? {} : { tls }),
      })
    } catch (thrown) {
      throw toRegistryError(thrown, repository)
    }
  }

  async function logIn(
    repository: RepositoryName,
    actions: Actions,
    answer: HttpAnswer,
    signal: AbortSignal,
  ): Promise<string> {
    const challenge = parseChallenge(answer.headers.get('www-authenticate'))
    if (challenge === undefined) throw protocol(repository, 'it asks for a login of an unknown kind')
    const basic = basicLogin(repository)
    if (challenge.scheme === 'basic') {
      if (basic === undefined) throw refusal(answer, repository, 'let us in without a login')
      return basic
    }
    if (!isTrustedRealm(challenge.realm, repository)) {
      throw protocol(repository, `it sends logins to a foreign address, ${cut(challenge.realm, 200)}`)
    }
    const url = new URL(challenge.realm)
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service)
    url.searchParams.set('scope', `repository:${repository.path}:${actions}`)
    const token = await requestToken(url, repository, basic, signal)
    secrets.add(token)
    return `Bearer ${token}`
  }

  async function requestToken(
    url: URL,
    repository: RepositoryName,
    basic: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    let answer: HttpAnswer
    let body: { token?: unknown; access_token?: unknown } | null
    try {
      answer = await http.send({
        system: 'registry',
        method: 'GET',
        url: url.href,
        headers: { accept: 'application/json', ...(basic === undefined ? {} : { authorization: basic }) },
        accept: 'json',
        maxBytes: 1 << 20,
        signal,
        ...(tls === undefined ? {} : { tls }),
      })
      if (answer.status === 403) {
        throw refusal(answer, repository, 'accept the login', 'E_REGISTRY_AUTH')
      }
      if (answer.status !== 200) throw refusal(answer, repository, 'accept the login')
      body = answer.json() as typeof body
    } catch (thrown) {
      throw toRegistryError(thrown, repository)
    }
    const token = body?.token ?? body?.access_token
    if (typeof token !== 'string' || token === '') throw protocol(repository, 'its token answer has no token')
    return token
  }

  function basicLogin(repository: RepositoryName): string | undefined {
    const { credentials } = options
    if (credentials?.registry !== repository.registry) return undefined
    const login = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
    secrets.add(login)
    return `Basic ${login}`
  }
}

function protocol({ registry }: RepositoryName, what: string): StagegateError {
  return new StagegateError('E_REGISTRY_PROTOCOL', {
    message: `The registry ${registry} makes no sense: ${what}.`,
  })
}
