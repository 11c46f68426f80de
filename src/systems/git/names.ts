import { stripEnd } from '../../text/strip-end.ts'

/** A full object name: SHA-1 or SHA-256, lower case. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/**
 * Whether a text may be the name of a ref, so that it can stand in an argument vector and in a pattern of `ls-remote`.
 *
 * The rules of git-check-ref-format(1), and besides no leading dash, which would read as an option. Pure.
 */
export function isRefName(text: string): boolean {
  if (text === '' || text === '@' || text.length > 255 || text.startsWith('-')) return false
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(text)) return false
  return text.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
}

/** `owner/name` as GitHub allows it. */
const OWNER_AND_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/

/**
 * The URL of a repository: `owner/name` on `serverUrl`, or an https URL as it is. Undefined for anything else, such as
 * a URL with credentials in it, a local path or another transport. Pure.
 */
export function repositoryUrl(repository: string, serverUrl: string): string | undefined {
  if (OWNER_AND_NAME.test(repository)) return `${stripEnd(serverUrl, '/')}/${repository}`
  if (!repository.startsWith('https://') || !URL.canParse(repository)) return undefined
  const url = new URL(repository)
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
    ? url.href
    : undefined
}
