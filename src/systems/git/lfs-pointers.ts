import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunGit } from './git-command.ts'

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: a pointer begins with its version, and has less than 1024 bytes. */
const POINTER = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\//
const POINTER_BYTES = 1024
/** Of the list of files; names beyond it are not looked at. */
const LIST_BYTES = 64 * 1024 * 1024

/** See `Git.lfsPointers`. */
export async function findLfsPointers(
  run: RunGit,
  workspace: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--', ':(attr:filter=lfs)']
  const { exitCode, stdout } = await run({ workspace, args, signal, keepBytes: LIST_BYTES })
  if (exitCode !== 0) return []
  const pointers: string[] = []
  for (const path of stdout.split('\0').filter(Boolean)) {
    if (await isPointer(join(workspace, path))) pointers.push(path)
  }
  return pointers
}

async function isPointer(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  )
  if (file === undefined) return false
  try {
    const stat = await file.stat()
    return stat.isFile() && stat.size < POINTER_BYTES && POINTER.test(await file.readFile('utf8'))
  } finally {
    await file.close()
  }
}
