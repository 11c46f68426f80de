import { open, readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/** A launcher that pip writes says its interpreter in its first line. Bytes. */
const FIRST_LINE_BYTES = 512

/**
 * The version of a Python program, from what its installer has written beside it (PEP 376): starting Python to ask takes
 * more than a second. Undefined where it is not there, or is there more than once: then the program itself is asked.
 *
 * @param path absolute, of the program
 * @param name of the package
 */
export async function installedVersion(path: string, name: string): Promise<string | undefined> {
  try {
    const python = /^#!(\/\S+)\/bin\/python[\d.]*\s*$/.exec(await firstLine(await realpath(path)))?.[1]
    if (python === undefined) return undefined
    const versions = await Promise.all((await metadataOf(python, name)).map(readVersion))
    return versions.length === 1 ? versions[0] : undefined
  } catch {
    return undefined
  }
}

async function firstLine(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? ''
  } finally {
    await file.close()
  }
}

/** @param python the prefix of the interpreter, as a virtual environment has one of its own */
async function metadataOf(python: string, name: string): Promise<readonly string[]> {
  const libraries = join(python, 'lib')
  const versions = (await readdir(libraries)).filter((entry) => /^python3\.\d+$/.test(entry))
  const found = await Promise.all(
    versions.map(async (version) => {
      const packages = join(libraries, version, 'site-packages')
      const entries = await readdir(packages).catch(() => [])
      return entries
        .filter((entry) => entry.startsWith(`${name}-`) && entry.endsWith('.dist-info'))
        .map((entry) => join(packages, entry, 'METADATA'))
    }),
  )
  return found.flat()
}

async function readVersion(metadata: string): Promise<string | undefined> {
  const [head = ''] = (await readFile(metadata, 'utf8')).split('\n\n', 1)
  const version = head
    .split('\n')
    .find((line) => line.startsWith('Version: '))
    ?.slice('Version: '.length)
    .trim()
  return version !== undefined && /^\d+\.\d[\w.+-]*$/.test(version) ? version : undefined
}
