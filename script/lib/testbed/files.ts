import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file that is seen whole or not at all; its folder is made. Private (0600) unless a mode is given. */
export function writeAtomically(path: string, content: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}.new`
  writeFileSync(unfinished, content, { mode })
  renameSync(unfinished, path)
}

/** The secret kept in a file; made there, 24 random bytes as hexadecimal text, when there is none. */
export function readOrCreateSecret(path: string): string {
  if (!existsSync(path)) writeAtomically(path, randomBytes(24).toString('hex'))
  return readFileSync(path, 'utf8')
}
