import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where a path that a tool reported is in the workspace: relative to it, with `/`. Undefined when it is outside or no
 * file path at all; such a finding loses its place, but not its text. Looks at the text only, follows no link.
 *
 * @param path relative, absolute, or a file: URL
 * @param base what a relative path is relative to; absolute
 */
export function locate(path: string, workspace: string, base: string = workspace): string | undefined {
  const plain = toPath(path)
  if (plain === undefined || plain === '' || plain.length > 4096 || plain.includes('\0')) return undefined
  const place = relative(workspace, resolve(base, plain))
  if (place === '' || place === '..' || place.startsWith(`..${sep}`) || isAbsolute(place)) return undefined
  return place.split(sep).join('/')
}

function toPath(path: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(path)) return path
  if (!/^file:/i.test(path)) return undefined
  try {
    return fileURLToPath(path)
  } catch {
    return undefined
  }
}
