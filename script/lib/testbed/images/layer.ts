import { spawn } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { TestbedFailure } from '../failure.ts'

/** A layer of an image, as a file: OCI image specification, layer.md. */
export interface Layer {
  readonly file: string
  /** Of the compressed bytes, `sha256:…`: its name in the registry. */
  readonly digest: string
  /** Of the uncompressed archive: its name in the image's configuration. */
  readonly diffId: string
  readonly size: number
}

const archive = 'layer.tar.gz'
const facts = 'layer.json'

/** Packs the content of a folder into a layer. The same content gives the same digest: times are zero, names sorted. */
export async function packLayer(content: string, target: string): Promise<void> {
  const file = join(target, archive)
  const tar = spawn(
    'tar',
    ['--create', '--sort=name', '--mtime=@0', '--numeric-owner', '--format=posix', '-C', content].concat([
      '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
      '.',
    ]),
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
  )
  let problems = ''
  tar.stderr.on('data', (text: Buffer) => (problems += text.toString()))
  const ended = once(tar, 'close')
  const uncompressed = createHash('sha256')
  const compressed = createHash('sha256')
  await pipeline(
    tar.stdout,
    hashing(uncompressed),
    createGzip({ level: 4 }),
    hashing(compressed),
    createWriteStream(file),
  )
  const [code] = (await ended) as [number | null]
  if (code !== 0)
    throw new TestbedFailure(`tar ended with exit code ${code ?? 'none'}`, { evidence: problems })
  const digest = `sha256:${compressed.digest('hex')}`
  const diffId = `sha256:${uncompressed.digest('hex')}`
  writeFileSync(join(target, facts), JSON.stringify({ digest, diffId, size: statSync(file).size }))
}

/** The layer that `packLayer` left in a folder. */
export function readLayer(folder: string): Layer {
  const found = JSON.parse(readFileSync(join(folder, facts), 'utf8')) as Omit<Layer, 'file'>
  return { ...found, file: join(folder, archive) }
}

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
}
