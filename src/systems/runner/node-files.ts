import { randomUUID } from 'node:crypto'
import { chmod, glob, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { StagegateError } from '../../errors/index.ts'
import { isInside, openConfined, outside, realpathOf } from './confined-file.ts'
import type { Files } from './files.ts'
import { findEscapes } from './find-escapes.ts'

/** What is read into memory at once may be this large unless the caller says otherwise. Bytes. */
const MAX_BYTES = 50 * 1024 * 1024

/** Where nobody's reports or manifests are, but many files. */
const NEVER_SEARCHED = new Set(['.git', 'node_modules'])

/** @param temporary the run's own temporary folder; made when it is first needed, removed by whoever named it */
export function createFiles({ temporary }: { readonly temporary: string }): Files {
  return {
    find: findFiles,
    async read(root, path, options) {
      return (await readBytes(root, path, options?.maxBytes))?.toString('utf8')
    },
    readBytes(root, path) {
      return readBytes(root, path)
    },
    lookBelow(root, folder, most) {
      return findEscapes(root, resolve(root, folder), most)
    },
    async realFolder(root, path) {
      const real = await realpathOf(resolve(root, path))
      if (real === undefined || (await statOf(real))?.isDirectory() !== true) return undefined
      if (!isInside((await realpathOf(root)) ?? root, real)) throw outside(path)
      return real
    },
    async *stream(root, path) {
      const file = await openConfined(root, path)
      if (file === undefined) {
        throw new StagegateError('E_REPORT_UNREADABLE', { message: `There is no file ${path}.` })
      }
      // Closes the file at the end and when the reader leaves early.
      yield* file.createReadStream() as AsyncIterable<Uint8Array>
    },
    async stamp(path) {
      const found = await stat(path, { bigint: true }).catch(() => undefined)
      if (found === undefined) return undefined
      // Not ctime, which chmod and a new hard link change as well.
      const { dev, ino, size, mtimeNs, birthtimeNs } = found
      return [dev, ino, size, mtimeNs, birthtimeNs].join(':')
    },
    async exists(path) {
      return (await statOf(path)) !== undefined
    },
    async isDirectory(path) {
      return (await statOf(path))?.isDirectory() ?? false
    },
    async write(path, content) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const unfinished = `${path}.${randomUUID()}`
      try {
        await writeFile(unfinished, content, { flag: 'wx', mode: 0o600 })
        await rename(unfinished, path)
      } catch (error) {
        await rm(unfinished, { force: true })
        throw error
      }
    },
    async makeFolder(name) {
      await mkdir(temporary, { recursive: true, mode: 0o700 })
      const folder = await mkdtemp(join(temporary, `${name}-`))
      await chmod(folder, 0o700)
      return folder
    },
    async remove(path) {
      await rm(path, { recursive: true, force: true })
    },
  }
}

async function readBytes(root: string, path: string, maxBytes = MAX_BYTES): Promise<Buffer | undefined> {
  const file = await openConfined(root, path)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    if (size > maxBytes) {
      throw new StagegateError('E_FILE_TOO_LARGE', {
        message: `${path} has ${size} bytes; at most ${maxBytes} are read.`,
      })
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

async function findFiles(root: string, globs: readonly string[]): Promise<readonly string[]> {
  const realRoot = await realpathOf(root)
  if (realRoot === undefined) return []
  const found = new Set<string>()
  const exclude = (name: string) => NEVER_SEARCHED.has(name)
  for await (const match of glob([...globs], { cwd: root, exclude })) {
    const path = resolve(root, match)
    const real = await realpathOf(path)
    if (real !== undefined && isInside(realRoot, real) && (await stat(real)).isFile()) found.add(path)
  }
  // By code unit, so that the order is the same in every locale.
  return [...found].sort()
}

async function statOf(path: string) {
  return stat(path).catch(() => undefined)
}
