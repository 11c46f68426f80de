import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** The files of the checkout, as detection may look at them. */
export interface Workspace {
  /** The text of a file; undefined when there is none, or it is larger than 1 MiB. */
  read(path: string): Promise<string | undefined>
  /** The names in a folder, sorted, folders with a final `/`; empty when there is no such folder. */
  list(folder: string): Promise<readonly string[]>
}

const LARGEST = 1_048_576

/** The real files below a folder; links that lead out of it count as absent. */
export function openWorkspace(root: string): Workspace {
  const inside = async (path: string): Promise<string | undefined> => {
    try {
      const [base, real] = await Promise.all([realpath(root), realpath(join(root, path))])
      return real === base || real.startsWith(base + sep) ? real : undefined
    } catch {
      return undefined
    }
  }
  return {
    async read(path) {
      const real = await inside(path)
      if (real === undefined) return undefined
      const found = await stat(real)
      return found.isFile() && found.size <= LARGEST ? readFile(real, 'utf8') : undefined
    },
    async list(folder) {
      const real = await inside(folder)
      if (real === undefined || !(await stat(real)).isDirectory()) return []
      const entries = await readdir(real, { withFileTypes: true })
      return entries.map((each) => (each.isDirectory() ? `${each.name}/` : each.name)).sort()
    },
  }
}
