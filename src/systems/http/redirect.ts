import type { Hop } from './exchange.ts'
import { printableUrl } from './http-failure.ts'

/** What may go along to another origin: nothing that could be a credential. */
const HARMLESS_HEADERS = new Set(['accept', 'accept-encoding', 'range', 'user-agent'])

/**
 * The request that a redirect asks for, or undefined when it is none that may be followed: the answer then stands.
 *
 * @param location the header `Location` of the answer
 */
export function planRedirect(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  const keepsMethod = status === 307 || status === 308
  const mayFollow = keepsMethod || ([301, 302, 303].includes(status) && ['GET', 'HEAD'].includes(hop.method))
  if (!mayFollow || location === undefined || !URL.canParse(location, hop.url.href)) return undefined
  const url = new URL(location, hop.url)
  if (url.protocol !== 'https:' && url.protocol !== hop.url.protocol) return undefined
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  const subject = { ...hop.subject, url: printableUrl(url) }
  if (url.origin === hop.url.origin) return { ...hop, subject, url }
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => HARMLESS_HEADERS.has(name)),
  )
  return { ...hop, subject, url, headers, tls: hop.tls?.ca === undefined ? undefined : { ca: hop.tls.ca } }
}
