import { RequestError } from '@octokit/request-error'
import { Octokit } from '@octokit/rest'
import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { createFetch } from '../http/fetch-adapter.ts'
import type { Http } from '../http/http.ts'
import { limitOf } from './limit-of.ts'
import { Pace } from './pace.ts'

export interface GitHubOptions {
  /** `GITHUB_API_URL`: github.com, a GitHub Enterprise Server (`…/api/v3`), or a server with a similar API. */
  readonly apiUrl: string
  readonly token: string
  /** `owner/name` */
  readonly repository: string
  /** Routes and types are Octokit's, deadlines and retries are the core's. */
  readonly http: Http
  readonly clock: Clock
  /** Takes every secret out of a text; the runner masks nothing that goes over the API. */
  readonly redact: (text: string) => string
}

/** What every call of the API needs. */
export interface Api {
  readonly rest: Octokit['rest']
  /** The repository, as each route takes it. */
  readonly at: { readonly owner: string; readonly repo: string }
  readonly clock: Clock
  readonly pace: Pace
  readonly redact: (text: string) => string
}

/** How long one request may take when GitHub has not answered the last ones. */
const DOWN_POLICY = { attempts: 1, attemptMs: 5_000, totalMs: 5_000 }

/** `@octokit/rest` for routes and types, without its retry plugin, which repeats POSTs. */
export function createApi({ apiUrl, token, repository, http, clock, redact }: GitHubOptions): Api {
  const pace = new Pace(clock)
  const fetch = createFetch(http, 'github', () => (pace.isDown ? DOWN_POLICY : {}))
  const baseUrl = apiUrl.replace(/\/+$/, '')
  const octokit = new Octokit({ auth: token, baseUrl, request: { fetch }, log: silent })
  octokit.hook.before('request', async ({ method, request }) => {
    pace.assertAllowed()
    if (method === 'GET' || request.unpaced === true) return
    await pace.takeTurn(request.signal ?? never)
  })
  octokit.hook.error('request', (thrown) => {
    const answered = thrown instanceof RequestError ? thrown.response : undefined
    pace.note(answered !== undefined && answered.status < 500)
    const until = answered === undefined ? undefined : limitOf(answered, clock.now())
    if (until !== undefined) pace.limit(until)
    throw thrown
  })
  octokit.hook.after('request', ({ status, data }) => {
    pace.note(true)
    // Octokit takes a body that is cut, HTML or garbage for a success with a text.
    if (status === 204 || (typeof data === 'object' && data !== null)) return
    throw new StagegateError('E_GITHUB_PROTOCOL', { message: `GitHub answered ${status} without JSON` })
  })
  const [owner = '', repo = ''] = repository.split('/')
  return { rest: octokit.rest, at: { owner, repo }, clock, pace, redact }
}

/** The id of what was created. @throws StagegateError E_GITHUB_PROTOCOL when the answer names none */
export function idOf(answer: object): number {
  if ('id' in answer && typeof answer.id === 'number') return answer.id
  throw new StagegateError('E_GITHUB_PROTOCOL', {
    message: 'GitHub answered without the id of what it created',
  })
}

const never = new AbortController().signal
const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
