import { RequestError } from '@octokit/request-error'
import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import { DESCRIPTION_HEADER } from '../http/fetch-adapter.ts'
import { RepeatedWrite } from './create-by-key.ts'
import { limitOf } from './limit-of.ts'
import { cut } from '../../text/index.ts'

/**
 * What GitHub's refusal means, with nothing of the request in it: Octokit's own error holds its headers and body.
 *
 * @param doing what was not done, such as `The commit status was not written`
 * @param tries how often it was tried, and for how long: ` (3 attempts in 3.5 s)`
 */
export function explainGithubError(thrown: unknown, doing: string, now: Date, tries = ''): StagegateError {
  const fail = (code: ErrorCode, why: string, next?: string): StagegateError =>
    new StagegateError(code, {
      message: `${doing}: ${why.replace(/\.$/, '')}${tries}.`,
      ...(next === undefined ? {} : { next }),
    })
  if (thrown instanceof RepeatedWrite) return explainGithubError(thrown.last, doing, now, thrown.tries)
  if (thrown instanceof StagegateError) return fail(thrown.code, thrown.message)
  if (!(thrown instanceof RequestError)) return fail('E_GITHUB_UNAVAILABLE', messageOf(thrown))
  if (thrown.response === undefined) return fail(codeOfCause(thrown.cause), messageOf(thrown))

  const { status } = thrown
  const { headers, data } = thrown.response
  const said = messageOf(data, `${status}`)
  const until = limitOf(thrown, now)
  if (until !== undefined) {
    return fail('E_GITHUB_RATE_LIMITED', `GitHub limits the rate of requests until ${until.toISOString()}`)
  }
  if (status === 401) return fail('E_GITHUB_TOKEN', 'GitHub does not accept github-token')
  if (status === 403) {
    const lines = renderPermissions(headers['x-accepted-github-permissions'])
    const next = lines === undefined ? undefined : `Add to the permissions of the job: ${lines}.`
    return fail('E_GITHUB_PERMISSION', said, next)
  }
  if (status === 404 || status === 410) return fail('E_GITHUB_NOT_FOUND', said)
  if (status === 409 || status === 422) return fail('E_GITHUB_VALIDATION', said)
  return fail('E_GITHUB_UNAVAILABLE', String(headers[DESCRIPTION_HEADER] ?? `${status} ${said}`))
}

/** The HTTP core has a code of its own for what never became an answer. */
function codeOfCause(cause: unknown): ErrorCode {
  if (!(cause instanceof StagegateError)) return 'E_GITHUB_UNAVAILABLE'
  if (cause.code === 'E_HTTP_TLS') return 'E_HTTP_TLS'
  return cause.code === 'E_HTTP_PROTOCOL' ? 'E_GITHUB_PROTOCOL' : 'E_GITHUB_UNAVAILABLE'
}

/** What GitHub says in its JSON, and nothing of an HTML page. */
function messageOf(said: unknown, otherwise = 'the request failed'): string {
  const named = typeof said === 'object' && said !== null && 'message' in said ? said.message : undefined
  return typeof named === 'string' && named !== '' ? cut(named, 300) : otherwise
}

/**
 * The lines of YAML that a header like `checks=write` or `pull_requests=read,contents=read; issues=write` asks for: `;`
 * stands between alternatives, of which the first is taken. Every token may read metadata.
 */
function renderPermissions(header: string | number | undefined): string | undefined {
  const lines = String(header ?? '')
    .split(';', 1)
    .flatMap((alternative) => alternative.split(','))
    .map((permission) => permission.trim())
    .filter((permission) => /^\w+=(?:read|write)$/.test(permission))
    .map((permission) => permission.replaceAll('_', '-').replace('=', ': '))
    .filter((line) => line !== 'metadata: read')
  return lines.length === 0 ? undefined : lines.join(', ')
}
