import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from './refusal.ts'

/** The version of the API that the description is of. */
export const apiVersion = '2022-11-28'

/** The token of the `Authorization` header; undefined without one. GitHub takes `token` and `Bearer`. */
export function parseAuthorization(headers: IncomingHttpHeaders): string | undefined {
  return /^(?:token|bearer)\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers.authorization
}

/** @throws Refusal for headers that GitHub refuses: no user agent, an unknown API version */
export function assertHeaders(headers: IncomingHttpHeaders): void {
  if (!headers['user-agent']) {
    const rule =
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header'
    throw new Refusal(403, rule, { violation: 'header' })
  }
  const version = headers['x-github-api-version']
  if (version !== undefined && version !== apiVersion) {
    throw new Refusal(400, `The API version ${String(version)} is not supported.`, { violation: 'header' })
  }
}

/**
 * The first media type of `Accept` that GitHub knows, in its short form: `application/json`, or
 * `application/vnd.github.raw` for `application/vnd.github.v3.raw+json`. @throws Refusal 415 when it knows none
 */
export function parseAccept(headers: IncomingHttpHeaders): string {
  const types = (headers.accept ?? '*/*').split(',').map((type) => type.split(';')[0]?.trim() ?? '')
  for (const type of types) {
    if (['*/*', 'application/*', 'application/json'].includes(type)) return 'application/json'
    const match = /^application\/vnd\.github(?:\.v3)?(?:\.(?<format>\w+))?(?:\+json)?$/.exec(type)
    if (match === null) continue
    const format = match.groups?.format
    return format === undefined ? 'application/json' : `application/vnd.github.${format}`
  }
  throw new Refusal(
    415,
    `Unsupported 'Accept' header: '${headers.accept ?? ''}'. Must accept 'application/json'.`,
    {
      violation: 'header',
    },
  )
}

/** Reads a JSON body. GitHub does not look at the content type, but a correct client sends the right one. */
export function parseBody(
  headers: IncomingHttpHeaders,
  body: Buffer,
): { value: unknown; oddities: string[] } {
  if (body.length === 0) return { value: undefined, oddities: [] }
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal(400, 'Problems parsing JSON', { violation: 'body' })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'Body should be a JSON object', { violation: 'body' })
  }
  const type = headers['content-type'] ?? ''
  const json = /^application\/(?:[\w.]+\+)?json\b/.test(type)
  return { value, oddities: json ? [] : [`content type ${JSON.stringify(type)} is not application/json`] }
}
