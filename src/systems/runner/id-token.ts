import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { HttpFailure } from '../http/http-failure.ts'
import type { Http, HttpAnswer } from '../http/http.ts'
import { decodeClaims } from './claims.ts'
import type { Secrets } from './secrets.ts'

/** Mints a token in which GitHub says who this job is, for one audience. Valid for some minutes; ask right before use. */
export type RequestIdToken = (audience: string, signal: AbortSignal) => Promise<string>

const policy = { attempts: 5, attemptMs: 5000, totalMs: 30_000, firstDelayMs: 500, maxDelayMs: 5000 }
/** An answer that is no token is asked for once more. */
const TRIES = 2

export interface IdTokenOptions {
  readonly http: Http
  readonly clock: Clock
  readonly secrets: Secrets
  /** Where ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Whether the runner gives OIDC tokens to this job: it does where the job has `id-token: write`. */
export function offersIdToken(env: IdTokenOptions['env']): boolean {
  return (
    URL.canParse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? '') && (env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? '') !== ''
  )
}

/**
 * The runner's endpoint for OIDC tokens. Every token is registered as secret before it is looked at.
 *
 * https://docs.github.com/actions/reference/security/oidc
 *
 * @returns a function that throws StagegateError E_OIDC_*
 */
export function createIdToken({ http, clock, secrets, env }: IdTokenOptions): RequestIdToken {
  const requestUrl = env.ACTIONS_ID_TOKEN_REQUEST_URL ?? ''
  const requestToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? ''
  if (requestToken !== '') secrets.add(requestToken)
  return async (audience, signal) => {
    if (!offersIdToken(env)) {
      throw new StagegateError('E_OIDC_NOT_AVAILABLE', {
        message:
          'The job cannot ask for an OIDC token: ACTIONS_ID_TOKEN_REQUEST_URL or its token is not set.',
        evidence: ['pull requests from forks and from Dependabot never get one'],
      })
    }
    const url = new URL(requestUrl)
    url.searchParams.set('audience', audience)
    let problem = ''
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await ask(url, signal)
      const token = readToken(answer)
      if (token === undefined) {
        problem = 'it has no token in it'
        continue
      }
      secrets.add(token)
      const found = findProblem(token, audience, clock.now())
      if (found === undefined) return token
      problem = found
    }
    throw new StagegateError('E_OIDC_PROTOCOL', {
      message: `The OIDC token endpoint at ${url.host} gave an answer that cannot be used: ${problem}.`,
    })
  }

  async function ask(url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = { authorization: `Bearer ${requestToken}` }
    try {
      const answer = await http.send({
        system: 'oidc',
        method: 'GET',
        url: url.href,
        headers,
        accept: 'json',
        policy,
        signal,
      })
      if (answer.status === 200) return answer
      throw new StagegateError(codeOf(answer.status), {
        message: `The OIDC token endpoint at ${url.host} answered ${answer.describe()}.`,
      })
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      const code = error.code === 'E_HTTP_PROTOCOL' ? 'E_OIDC_PROTOCOL' : 'E_OIDC_UNAVAILABLE'
      throw new StagegateError(code, { message: `${error.message}.`, cause: error })
    }
  }
}

function codeOf(status: number): ErrorCode {
  if (status === 429 || status >= 500) return 'E_OIDC_UNAVAILABLE'
  return status >= 400 ? 'E_OIDC_DENIED' : 'E_OIDC_PROTOCOL'
}

function readToken(answer: HttpAnswer): string | undefined {
  const body = answer.json()
  if (typeof body !== 'object' || body === null || !('value' in body)) return undefined
  return typeof body.value === 'string' && body.value !== '' ? body.value : undefined
}

/** Why a token cannot be used; nothing of the token is in the text but its audience and its time. */
function findProblem(token: string, audience: string, now: Date): string | undefined {
  const claims = decodeClaims(token)
  if (claims === undefined) return 'it is not a JSON Web Token'
  const { aud, exp } = claims
  if (!(Array.isArray(aud) ? aud : [aud]).includes(audience))
    return `the token is not for the audience ${audience}`
  if (typeof exp !== 'number') return 'the token has no end'
  const end = new Date(exp * 1000)
  if (end > now) return undefined
  return `the token ended at ${end.toISOString()}, and it is ${now.toISOString()} here; is the clock right?`
}
