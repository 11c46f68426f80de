import { access, constants, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** Absolute path of an executable file on a search path, or undefined. Relative entries of the path are left out. */
export async function findTool(tool: string, searchPath: string): Promise<string | undefined> {
  const candidates = isAbsolute(tool)
    ? [tool]
    : searchPath
        .split(delimiter)
        .filter((folder) => isAbsolute(folder))
        .map((folder) => join(folder, tool))
  if (!isAbsolute(tool) && tool.includes('/')) return undefined
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate
  }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
