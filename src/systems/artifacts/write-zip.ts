import { crc32 } from 'node:zlib'
import { StagegateError } from '../../errors/index.ts'
import type { ArtifactFile } from './artifacts.ts'

/** The numbers of a ZIP archive without its 64-bit extension end here. */
export const ZIP_MAX_BYTES = 0xffff_ffff
export const ZIP_MAX_FILES = 0xffff

/** Signatures of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16, and the lengths of their records. */
export const zip = {
  local: { signature: 0x0403_4b50, bytes: 30 },
  central: { signature: 0x0201_4b50, bytes: 46 },
  end: { signature: 0x0605_4b50, bytes: 22 },
} as const

/** Names are UTF-8 (general purpose bit 11). */
export const UTF8_NAMES = 0x0800
/** 1 January 1980: the same files always give the same bytes. */
const EPOCH_DATE = 0x0021
const VERSION = 20

interface Measured {
  readonly file: ArtifactFile
  readonly name: Buffer
  readonly crc: number
  readonly offset: number
}

/**
 * A ZIP archive of files as they are: images and their layers are compressed already. Each file is read twice, first for
 * its checksum, which stands before it.
 *
 * @throws StagegateError E_ARTIFACT_TOO_LARGE when the archive would need the 64-bit extension
 */
export async function writeZip(
  files: readonly ArtifactFile[],
): Promise<{ readonly bytes: number; open(): AsyncIterable<Uint8Array> }> {
  const largest = files.reduce<number>(
    (sum, { name, bytes }) => sum + bytes + zip.local.bytes + zip.central.bytes + 2 * Buffer.byteLength(name),
    zip.end.bytes,
  )
  if (largest > ZIP_MAX_BYTES || files.length > ZIP_MAX_FILES) {
    throw new StagegateError('E_ARTIFACT_TOO_LARGE', {
      message: `${files.length} files of ${(largest / 1e9).toFixed(1)} GB do not fit into one artifact: at most ${ZIP_MAX_FILES} files of ${(ZIP_MAX_BYTES / 1e9).toFixed(1)} GB.`,
    })
  }
  const measured: Measured[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name, 'utf8')
    measured.push({ file, name, crc: await checksum(file), offset })
    offset += zip.local.bytes + name.length + file.bytes
  }
  const directory = Buffer.concat(measured.map(centralRecord))
  return {
    bytes: offset + directory.length + zip.end.bytes,
    async *open() {
      for (const each of measured) {
        yield localRecord(each)
        yield* each.file.open()
      }
      yield directory
      yield endRecord(measured.length, directory.length, offset)
    },
  }
}

async function checksum(file: ArtifactFile): Promise<number> {
  let crc = 0
  let bytes = 0
  for await (const chunk of file.open()) {
    crc = crc32(chunk, crc)
    bytes += chunk.length
  }
  if (bytes !== file.bytes)
    throw new RangeError(`${file.name} has ${bytes} bytes; ${file.bytes} were announced`)
  return crc
}

function localRecord({ file, name, crc }: Measured): Buffer {
  const record = Buffer.alloc(zip.local.bytes)
  record.writeUInt32LE(zip.local.signature, 0)
  record.writeUInt16LE(VERSION, 4)
  record.writeUInt16LE(UTF8_NAMES, 6)
  record.writeUInt16LE(EPOCH_DATE, 12)
  record.writeUInt32LE(crc, 14)
  record.writeUInt32LE(file.bytes, 18)
  record.writeUInt32LE(file.bytes, 22)
  record.writeUInt16LE(name.length, 26)
  return Buffer.concat([record, name])
}

function centralRecord({ file, name, crc, offset }: Measured): Buffer {
  const record = Buffer.alloc(zip.central.bytes)
  record.writeUInt32LE(zip.central.signature, 0)
  record.writeUInt16LE(VERSION, 4)
  record.writeUInt16LE(VERSION, 6)
  record.writeUInt16LE(UTF8_NAMES, 8)
  record.writeUInt16LE(EPOCH_DATE, 14)
  record.writeUInt32LE(crc, 16)
  record.writeUInt32LE(file.bytes, 20)
  record.writeUInt32LE(file.bytes, 24)
  record.writeUInt16LE(name.length, 28)
  record.writeUInt32LE(offset, 42)
  return Buffer.concat([record, name])
}

function endRecord(files: number, directoryBytes: number, directoryOffset: number): Buffer {
  const record = Buffer.alloc(zip.end.bytes)
  record.writeUInt32LE(zip.end.signature, 0)
  record.writeUInt16LE(files, 8)
  record.writeUInt16LE(files, 10)
  record.writeUInt32LE(directoryBytes, 12)
  record.writeUInt32LE(directoryOffset, 16)
  return record
}
