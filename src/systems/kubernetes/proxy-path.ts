import { StagegateError } from '../../errors/index.ts'

/** How often a path may be encoded within itself before it is refused. */
const MOST_DECODINGS = 3

/**
 * A path below the proxy of a Service. What climbs out of it would be a request to the API server itself, with the rights
 * of the deployment: `..` in any of its spellings is refused, since one of the two servers may decode it.
 *
 * @param root of the proxy, without a slash at its end
 * @param path as configured, with its query
 * @throws StagegateError E_PATH_OUTSIDE
 */
export function proxyPath(root: string, path: string): string {
  if (!isWithinService(path))
    throw new StagegateError('E_PATH_OUTSIDE', {
      message: 'A path with the segments "." or ".." leads out of the service that it is asked of.',
      next: 'Write the path of the service itself.',
    })
  return `${root}/${path.replace(/^\/+/, '')}`
}

/** Whether every segment of a path stays where it is, however often it is decoded. Pure. */
export function isWithinService(path: string): boolean {
  const end = path.search(/[?#]/)
  let text = end === -1 ? path : path.slice(0, end)
  for (let decodings = 0; decodings <= MOST_DECODINGS; decodings += 1) {
    if (text.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')) return false
    const decoded = decode(text)
    if (decoded === text) return true
    text = decoded
  }
  return false
}

/** Each `%XX` on its own: what is no UTF-8 is decoded by a server too. */
function decode(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
}
