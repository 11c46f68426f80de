import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { ArtifactFile } from './artifacts.ts'
import { UTF8_NAMES, zip } from './write-zip.ts'
import { cut } from '../../text/index.ts'

/** A directory of 65,535 files with short names; a longer one is refused unread. */
const MAX_DIRECTORY_BYTES = 8 << 20

/** Thrown for an archive that is not one of ours. */
export class ForeignArchive extends Error {}

interface Entry {
  readonly name: string
  readonly bytes: number
  readonly offset: number
}

/**
 * Reads an archive that may come from an attacker. Only what `writeZip` writes is taken: files stored as they are, one
 * after another without gaps, under allowed names, each once, no comment, no extra field, no link, no encryption. Nothing
 * is unpacked: a file is a range of the archive.
 *
 * @throws ForeignArchive
 */
export async function readZip(
  path: string,
  allows: (name: string) => boolean,
): Promise<readonly ArtifactFile[]> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const { files, directoryBytes, directoryOffset } = await readEnd(handle, size)
    const directory = await read(handle, directoryOffset, directoryBytes)
    const entries = parseDirectory(directory, files, allows)
    let expected = 0
    for (const entry of entries) {
      if (entry.offset !== expected) throw new ForeignArchive('its files do not follow one another')
      const start = await readLocal(handle, entry)
      expected = start + entry.bytes
    }
    if (expected !== directoryOffset) throw new ForeignArchive('there is something between its files')
    return entries.map((entry) => toFile(path, entry))
  } finally {
    await handle.close()
  }
}

async function readEnd(handle: FileHandle, size: number) {
  if (size < zip.end.bytes) throw new ForeignArchive('it is too short')
  const end = await read(handle, size - zip.end.bytes, zip.end.bytes)
  const files = end.readUInt16LE(10)
  const directoryBytes = end.readUInt32LE(12)
  const directoryOffset = end.readUInt32LE(16)
  const whole =
    end.readUInt32LE(0) === zip.end.signature &&
    end.readUInt32LE(4) === 0 &&
    end.readUInt16LE(8) === files &&
    end.readUInt16LE(20) === 0 &&
    directoryOffset + directoryBytes + zip.end.bytes === size
  if (!whole || directoryBytes > MAX_DIRECTORY_BYTES) throw new ForeignArchive('its end is not as written')
  return { files, directoryBytes, directoryOffset }
}

function parseDirectory(
  directory: Buffer,
  files: number,
  allows: (name: string) => boolean,
): readonly Entry[] {
  const entries: Entry[] = []
  const names = new Set<string>()
  let at = 0
  for (let index = 0; index < files; index += 1) {
    if (at + zip.central.bytes > directory.length) throw new ForeignArchive('its directory is cut')
    const record = directory.subarray(at, at + zip.central.bytes)
    const bytes = record.readUInt32LE(24)
    const nameBytes = record.readUInt16LE(28)
    const plain =
      record.readUInt32LE(0) === zip.central.signature &&
      record.readUInt16LE(8) === UTF8_NAMES &&
      record.readUInt16LE(10) === 0 &&
      record.readUInt32LE(20) === bytes &&
      record.readUInt32LE(30) === 0 &&
      record.readUInt16LE(34) === 0 &&
      record.readUInt32LE(38) === 0
    if (!plain) throw new ForeignArchive('a file in it is not stored as it is')
    const end = at + zip.central.bytes + nameBytes
    if (end > directory.length) throw new ForeignArchive('its directory is cut')
    const name = directory.toString('utf8', at + zip.central.bytes, end)
    if (!allows(name) || names.has(name)) {
      throw new ForeignArchive(`a file in it has the name ${JSON.stringify(cut(name, 100))}`)
    }
    names.add(name)
    entries.push({ name, bytes, offset: record.readUInt32LE(42) })
    at = end
  }
  if (at !== directory.length) throw new ForeignArchive('its directory is longer than its files')
  return entries
}

/** Where the content of a file starts. */
async function readLocal(handle: FileHandle, { name, bytes, offset }: Entry): Promise<number> {
  const expected = Buffer.from(name, 'utf8')
  const record = await read(handle, offset, zip.local.bytes + expected.length)
  const same =
    record.readUInt32LE(0) === zip.local.signature &&
    record.readUInt16LE(6) === UTF8_NAMES &&
    record.readUInt16LE(8) === 0 &&
    record.readUInt32LE(18) === bytes &&
    record.readUInt32LE(22) === bytes &&
    record.readUInt16LE(26) === expected.length &&
    record.readUInt16LE(28) === 0 &&
    record.subarray(zip.local.bytes).equals(expected)
  if (!same) throw new ForeignArchive('its directory and its files disagree')
  return offset + record.length
}

async function read(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await handle.read(buffer, 0, bytes, offset)
  if (bytesRead !== bytes) throw new ForeignArchive('it is cut')
  return buffer
}

function toFile(path: string, { name, bytes, offset }: Entry): ArtifactFile {
  const start = offset + zip.local.bytes + Buffer.byteLength(name)
  return {
    name,
    bytes,
    async *open() {
      if (bytes === 0) return
      yield* createReadStream(path, {
        start,
        end: start + bytes - 1,
        highWaterMark: 1 << 20,
      }) as AsyncIterable<Uint8Array>
    },
  }
}
