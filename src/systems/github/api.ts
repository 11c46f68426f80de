import { Octokit } from '@octokit/rest'
import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'

export interface GitHubOptions {
  /** `GITHUB_API_URL`: github.com, or a GitHub Enterprise Server. */
  readonly apiUrl: string
  readonly token: string
  /** `owner/name` */
  readonly repository: string
  /** Our HTTP core as a `fetch`: routes and types are Octokit's, deadlines, retries and limits are the core's. */
  readonly fetch: typeof globalThis.fetch
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
  readonly redact: (text: string) => string
}

/** `@octokit/rest` for routes and types, without its retry plugin, which repeats POSTs. */
export function createApi({ apiUrl, token, repository, fetch, clock, redact }: GitHubOptions): Api {
  const octokit = new Octokit({ auth: token, baseUrl: apiUrl, request: { fetch }, log: silent })
  octokit.hook.after('request', ({ status, data }) => {
    // Octokit takes a body that is cut, HTML or garbage for a success with a text.
    if (status === 204 || (typeof data === 'object' && data !== null)) return
    throw new StagegateError('E_GITHUB_PROTOCOL', { message: `GitHub answered ${status} without JSON` })
  })
  const [owner = '', repo = ''] = repository.split('/')
  return { rest: octokit.rest, at: { owner, repo }, clock, redact }
}

/** The id of what was created. @throws StagegateError E_GITHUB_PROTOCOL when the answer names none */
export function idOf(answer: object): number {
  if ('id' in answer && typeof answer.id === 'number') return answer.id
  throw new StagegateError('E_GITHUB_PROTOCOL', {
    message: 'GitHub answered without the id of what it created',
  })
}

const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
