import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'

const MEMORY = 4 * 1024 * 1024
const PIECE_BYTES = 1024 * 1024
/** What is held in memory when the disk takes no more; the rest is left out. Characters. */
const MOST = 32 * 1024 * 1024

/**
 * Holds text until it may be written: in memory, above 4 MB in a file without a name, which ends with the process. On a
 * disk that is full it stays in memory, and what is too much for that is left out.
 */
export class SpillBuffer {
  readonly #folder: string
  #parts: string[] = []
  #characters = 0
  #file: number | undefined
  /** Bytes in the file that were written whole. */
  #written = 0
  #isDiskFull = false
  #leftOut = 0

  /** @param folder where the file is made if it is needed */
  constructor(folder: string) {
    this.#folder = folder
  }

  append(text: string): void {
    if (this.#characters + text.length > MOST) {
      this.#leftOut += text.length
      return
    }
    this.#parts.push(text)
    this.#characters += text.length
    if (this.#characters > MEMORY && !this.#isDiskFull) this.#spill()
  }

  /** Gives everything back in order and forgets it. */
  drain(write: (text: string) => void): void {
    if (this.#file !== undefined) {
      const decoder = new StringDecoder('utf8')
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      let position = 0
      for (;;) {
        const length = Math.min(piece.length, this.#written - position)
        const bytes = length === 0 ? 0 : readSync(this.#file, piece, 0, length, position)
        if (bytes === 0) break
        position += bytes
        // eslint-disable-next-line local/no-bare-cut -- all that was read, nothing is left out
        write(decoder.write(piece.subarray(0, bytes)))
      }
      closeSync(this.#file)
      this.#file = undefined
      this.#written = 0
    }
    if (this.#parts.length > 0) write(this.#parts.join(''))
    if (this.#leftOut > 0) write(`\n… ${this.#leftOut} characters were left out: the disk is full …\n`)
    this.#parts = []
    this.#characters = 0
    this.#leftOut = 0
  }

  #spill(): void {
    const bytes = Buffer.from(this.#parts.join(''))
    try {
      this.#file ??= openUnnamed(this.#folder)
      writeAll(this.#file, bytes, this.#written)
    } catch {
      // Whatever the reason: a log that cannot be kept on disk must not end the run.
      this.#isDiskFull = true
      return
    }
    this.#written += bytes.length
    this.#parts = []
    this.#characters = 0
  }
}

function openUnnamed(folder: string): number {
  const path = join(folder, `stagegate-log-${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, position + at)
}
