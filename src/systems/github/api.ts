import { Octokit } from '@octokit/rest'
import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { createFetch } from '../http/fetch-adapter.ts'
import type { Http } from '../http/http.ts'
import { limitOfAnswer } from './limit-of.ts'
import { Pace } from './pace.ts'
import { stripEnd } from '../../text/strip-end.ts'

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
}

/** How long one request may take when GitHub has not answered the last ones. */
const DOWN_POLICY = { attempts: 1, attemptMs: 5_000, totalMs: 5_000 }

/** `@octokit/rest` for routes and types, without its retry plugin, which repeats POSTs. */
export function createApi({ apiUrl, token, repository, http, clock }: GitHubOptions): Api {
  const pace = new Pace(clock)
  const fetch = createFetch(http, 'github', () => ({
    policy: pace.isDown ? DOWN_POLICY : {},
    // Whoever else asks has to keep a limit too: the pace waits for it, and not each request by itself.
    isFinal: (answer) => limitOfAnswer(answer, clock.now()) !== undefined,
  }))
  const baseUrl = stripEnd(apiUrl, '/')
  const octokit = new Octokit({ auth: token, baseUrl, request: { fetch }, log: silent })
  octokit.hook.wrap('request', (request, options) => {
    const { method } = options
    const signal = options.request.signal ?? never
    const isPaced = method !== 'GET' && options.request.unpaced !== true
    return pace.keep({ isPaced, isRead: method === 'GET', signal }, async () => {
      const answer = await request(options)
      const { status } = answer
      const data: unknown = answer.data
      // Octokit takes a body that is cut, HTML or garbage for a success with a text.
      if (status === 204 || (typeof data === 'object' && data !== null)) return answer
      throw new StagegateError('E_GITHUB_PROTOCOL', { message: `GitHub answered ${status} without JSON` })
    })
  })
  const [owner = '', repo = ''] = repository.split('/')
  return { rest: octokit.rest, at: { owner, repo }, clock, pace }
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
