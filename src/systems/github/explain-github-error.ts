import { RequestError } from '@octokit/request-error'
import { StagegateError } from '../../errors/index.ts'

/** What GitHub's refusal means, with nothing of the request in it: Octokit's own error carries the token. */
export function explainGithubError(thrown: unknown, doing: string): StagegateError {
  if (thrown instanceof StagegateError) return thrown
  if (!(thrown instanceof RequestError)) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    return new StagegateError('E_GITHUB_UNAVAILABLE', { message: `${doing}: ${why}` })
  }
  const { status } = thrown
  const said = messageOf(thrown)
  const rateLimited = status === 429 || (status === 403 && /rate limit/i.test(said))
  if (rateLimited) {
    const reset = Number(thrown.response?.headers['x-ratelimit-reset'])
    const until = Number.isFinite(reset) && reset > 0 ? ` until ${new Date(reset * 1000).toISOString()}` : ''
    return new StagegateError('E_GITHUB_RATE_LIMITED', {
      message: `${doing}: GitHub limits the rate of requests${until}.`,
    })
  }
  if (status === 401)
    return new StagegateError('E_GITHUB_TOKEN', { message: `${doing}: GitHub does not accept github-token.` })
  if (status === 403) {
    const needed = thrown.response?.headers['x-accepted-github-permissions']
    return new StagegateError('E_GITHUB_PERMISSION', {
      message: `${doing}: ${said}.`,
      ...(typeof needed === 'string'
        ? { next: `Add to the job's permissions: ${needed.replace('=', ': ')}.` }
        : {}),
    })
  }
  if (status === 404 || status === 410)
    return new StagegateError('E_GITHUB_NOT_FOUND', { message: `${doing}: ${said}.` })
  if (status === 422) return new StagegateError('E_GITHUB_VALIDATION', { message: `${doing}: ${said}.` })
  return new StagegateError('E_GITHUB_UNAVAILABLE', { message: `${doing}: ${status} ${said}.` })
}

function messageOf(error: RequestError): string {
  const data = error.response?.data
  if (typeof data === 'object' && data !== null && 'message' in data && typeof data.message === 'string') {
    return data.message.slice(0, 300)
  }
  return error.message.slice(0, 300)
}
