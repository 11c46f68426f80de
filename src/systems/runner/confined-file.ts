import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'

import { StagegateError } from '../../errors/index.ts'

/** Whether a path is a folder or inside of it; both absolute, nothing is looked up. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The real path of what is there, or undefined when nothing is. */
export async function realpathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}

/**
 * Opens a regular file inside `root` for reading; undefined when there is none. Symbolic links may be followed within
 * the root. Where a link could be put in place between the check and the opening, what was opened is checked again.
 *
 * @throws StagegateError E_PATH_OUTSIDE
 */
export async function openConfined(root: string, path: string): Promise<FileHandle | undefined> {
  const realRoot = await realpathOf(root)
  const asked = resolve(root, path)
  if (!isInside(resolve(root), asked) && (realRoot === undefined || !isInside(realRoot, asked)))
    throw outside(path)
  const real = realRoot === undefined ? undefined : await realpathOf(asked)
  if (realRoot === undefined || real === undefined) return undefined
  if (!isInside(realRoot, real)) throw outside(path)
  const file = await openRegular(real)
  if (file === undefined) return undefined
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => real)
  if (isInside(realRoot, opened)) return file
  await file.close()
  throw outside(path)
}

/** Neither follows a link as the last part of the path nor waits for the other end of a pipe. */
async function openRegular(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    await file?.close()
    if (isAbsence(error) || hasCode(error, 'ELOOP', 'EISDIR', 'ENXIO')) return undefined
    throw error
  }
}

/** What is thrown for a path that leads out. */
export function outside(path: string): StagegateError {
  return new StagegateError('E_PATH_OUTSIDE', { message: `The path ${path} leads out of its folder.` })
}

function isAbsence(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR')
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '')
}
