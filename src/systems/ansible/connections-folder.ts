import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { lstat, mkdir, rm } from 'node:fs/promises'

/**
 * Where the sockets of ssh's shared connections are. A Unix socket's path has at most 104 bytes on every system, of which
 * Ansible's name and ssh's suffix take 28; RUNNER_TEMP is longer than the rest on most runners. So this folder, which
 * holds nothing else, is in /tmp.
 *
 * @param temporary the run's own temporary folder: its name is random, so this one is, and is known to `post`, too
 */
export function connectionsFolder(temporary: string): string {
  return `/tmp/sg-${createHash('sha256').update(temporary).digest('hex').slice(0, 12)}`
}

/** Makes the folder for this user alone; undefined where that cannot be: ssh then connects anew for each task. */
export async function makeConnectionsFolder(temporary: string): Promise<string | undefined> {
  const folder = connectionsFolder(temporary)
  try {
    // Fails for whatever is there already, a link too.
    await mkdir(folder, { mode: 0o700 })
    const { uid, mode } = await lstat(folder)
    return uid === process.getuid?.() && (mode & 0o077) === 0 ? folder : undefined
  } catch {
    return undefined
  }
}

export async function removeConnectionsFolder(temporary: string): Promise<void> {
  await rm(connectionsFolder(temporary), { recursive: true, force: true })
}

/** For an end that cannot wait. */
export function removeConnectionsFolderAtOnce(temporary: string): void {
  rmSync(connectionsFolder(temporary), { recursive: true, force: true })
}
