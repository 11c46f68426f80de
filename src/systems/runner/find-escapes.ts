import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isInside, realpathOf } from './confined-file.ts'

export interface FolderCheck {
  /** Regular files, sorted; relative to the root, by the links that lead to them. A folder is entered once. */
  readonly files: readonly string[]
  /** Links that lead out of the root, or nowhere; relative to the root. */
  readonly escapes: readonly string[]
  /** What is neither a file nor a folder: a pipe, a device; relative to the root. */
  readonly strange: readonly string[]
  /** More entries than were asked for; the rest was not looked at. */
  readonly tooMany: boolean
}

/**
 * Looks at everything below a folder that a tool is going to read by itself, links followed as the tool would follow
 * them. Both paths are absolute.
 */
export async function findEscapes(root: string, folder: string, most: number): Promise<FolderCheck> {
  const realRoot = (await realpathOf(root)) ?? root
  const files: string[] = []
  const escapes: string[] = []
  const strange: string[] = []
  const seen = new Set<string>()
  const waiting = [folder]
  let entries = 0
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    entries += 1
    if (entries > most) return { files, escapes, strange, tooMany: true }
    const real = await realpathOf(path)
    if (real === undefined || !isInside(realRoot, real)) {
      escapes.push(relative(root, path))
      continue
    }
    const kind = await stat(real)
    if (kind.isDirectory()) {
      if (seen.has(real)) continue
      seen.add(real)
      for (const name of await readdir(real)) waiting.push(join(path, name))
    } else (kind.isFile() ? files : strange).push(relative(root, path))
  }
  return { files: files.sort(), escapes: escapes.sort(), strange: strange.sort(), tooMany: false }
}
