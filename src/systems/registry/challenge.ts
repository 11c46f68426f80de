import type { RepositoryName } from './repository-name.ts'

/** What a registry asks for with a 401 (RFC 9110 section 11.6.1; the distribution specification's token flow). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer'
      readonly realm: string
      readonly service: string | undefined
      readonly error: string | undefined
    }

/** The challenge of a `www-authenticate` header, Bearer before Basic; undefined when it has neither. Pure. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined
  const bearer = /(?:^|,\s*)bearer\s+(.*)/is.exec(header)?.[1]
  if (bearer === undefined) return /(?:^|,\s*)basic\b/i.test(header) ? { scheme: 'basic' } : undefined
  const parameters = new Map(
    [...bearer.matchAll(/([a-z_]{1,32})\s*=\s*"([^"]{0,2048})"/gi)].map((match) => [
      (match[1] ?? '').toLowerCase(),
      match[2] ?? '',
    ]),
  )
  const realm = parameters.get('realm')
  if (realm === undefined) return undefined
  return {
    scheme: 'bearer',
    realm,
    service: parameters.get('service'),
    error: parameters.get('error'),
  }
}

/**
 * Whether the login may be sent to a realm that a registry names: on its own origin, or over https to a host under
 * the same registrable name (`registry-1.docker.io` and `auth.docker.io`). Pure.
 */
export function isTrustedRealm(realm: string, repository: RepositoryName): boolean {
  if (!URL.canParse(realm)) return false
  const url = new URL(realm)
  if (url.username !== '' || url.password !== '') return false
  const registry = new URL(repository.origin)
  if (url.origin === registry.origin) return true
  // Another port of this machine is still this machine.
  if (registry.protocol === 'http:') return url.protocol === 'http:' && url.hostname === registry.hostname
  return url.protocol === 'https:' && registrableName(url.hostname) === registrableName(registry.hostname)
}

/**
 * The last two labels of a host, or three under a country's second level such as `co.uk`; addresses are themselves. A
 * guess without the public suffix list, on the safe side for short second levels.
 */
function registrableName(host: string): string {
  const labels = host.split('.')
  if (labels.length < 3 || /^[\d.]+$|^\[/.test(host)) return host
  const [second = '', top = ''] = labels.slice(-2)
  return labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.')
}
