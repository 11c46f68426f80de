import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'

const MEMORY = 4 * 1024 * 1024
const PIECE_BYTES = 1024 * 1024

/** Holds text until it may be written: in memory, above 4 MB in a file without a name, which ends with the process. */
export class SpillBuffer {
  readonly #folder: string
  #parts: string[] = []
  #characters = 0
  #file: number | undefined

  /** @param folder where the file is made if it is needed */
  constructor(folder: string) {
    this.#folder = folder
  }

  append(text: string): void {
    this.#parts.push(text)
    this.#characters += text.length
    if (this.#characters > MEMORY) this.#spill()
  }

  /** Gives everything back in order and forgets it. */
  drain(write: (text: string) => void): void {
    if (this.#file !== undefined) {
      const decoder = new StringDecoder('utf8')
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      let position = 0
      for (;;) {
        const bytes = readSync(this.#file, piece, 0, piece.length, position)
        if (bytes === 0) break
        position += bytes
        write(decoder.write(piece.subarray(0, bytes)))
      }
      closeSync(this.#file)
      this.#file = undefined
    }
    if (this.#parts.length > 0) write(this.#parts.join(''))
    this.#parts = []
    this.#characters = 0
  }

  #spill(): void {
    if (this.#file === undefined) {
      const path = join(this.#folder, `stagegate-log-${randomUUID()}`)
      this.#file = openSync(path, 'wx+', 0o600)
      unlinkSync(path)
    }
    writeAll(this.#file, Buffer.from(this.#parts.join('')))
    this.#parts = []
    this.#characters = 0
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}
