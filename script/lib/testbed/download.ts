import { createHash } from 'node:crypto'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TestbedFailure } from './failure.ts'

/** Fetches a file and keeps it only when it has the pinned SHA-256 (hexadecimal). */
export async function download(url: string, sha256: string, target: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok || response.body === null) {
    throw new TestbedFailure(`${url} answered ${response.status}`, {
      next: 'see whether this machine reaches that host',
    })
  }
  const hash = createHash('sha256')
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const unfinished = `${target}.unfinished`
  try {
    await pipeline(Readable.fromWeb(response.body), counted, createWriteStream(unfinished))
    const found = hash.digest('hex')
    if (found !== sha256) {
      throw new TestbedFailure(`${url} has SHA-256 ${found}, pinned is ${sha256}`, {
        next: 'do not use it: find out why the file has changed',
      })
    }
    renameSync(unfinished, target)
  } finally {
    rmSync(unfinished, { force: true })
  }
}
