import { type ByteRedaction, openRedaction } from './redaction.ts'

/**
 * The first bytes of something that comes in chunks. What fits is kept as it is; what does not is redacted before it is
 * cut, so that no half of a secret is left at the end.
 */
export class HeadBytes {
  readonly #limit: number
  #pieces: Uint8Array[] = []
  #size = 0
  #redaction: ByteRedaction | undefined

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether nothing has come since the beginning, or since `take`. */
  get isEmpty(): boolean {
    return this.#size === 0 && this.#redaction === undefined
  }

  add(chunk: Uint8Array): void {
    if (this.#redaction === undefined) {
      if (this.#size + chunk.length <= this.#limit) {
        this.#keep(chunk)
        return
      }
      const whole = Buffer.concat(this.#pieces)
      this.#redaction = openRedaction()
      this.#pieces = []
      this.#size = 0
      this.#keep(this.#redaction.push(whole))
    }
    if (this.#size < this.#limit) this.#keep(this.#redaction.push(chunk))
  }

  /** What was kept, which is then forgotten. */
  take(): Buffer {
    if (this.#redaction !== undefined && this.#size < this.#limit) this.#keep(this.#redaction.end())
    // eslint-disable-next-line local/no-bare-cut -- redacted above, where there is something to cut
    const bytes = Buffer.concat(this.#pieces).subarray(0, this.#limit)
    this.#pieces = []
    this.#size = 0
    this.#redaction = undefined
    return bytes
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#pieces.push(bytes)
    this.#size += bytes.length
  }
}
