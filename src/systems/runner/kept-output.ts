import { type ByteRedaction, openRedaction } from '../../text/index.ts'

/**
 * Keeps the beginning and the end of a stream within a limit; what was in between is counted. A stream that fits is kept as
 * it is, for whoever parses it. Of one that does not, secrets go before anything is left out: at the borders there is no
 * half of one.
 */
export class KeptOutput {
  readonly #half: number
  /** All that came, while it fits. */
  #whole: Uint8Array[] = []
  #wholeBytes = 0
  #redaction: ByteRedaction | undefined
  readonly #head: Uint8Array[] = []
  #headBytes = 0
  #tail: Uint8Array[] = []
  #tailBytes = 0
  #dropped = 0

  constructor(limit: number) {
    this.#half = Math.max(1, Math.floor(limit / 2))
  }

  add(chunk: Uint8Array): void {
    if (this.#redaction !== undefined) {
      this.#split(this.#redaction.push(chunk))
      return
    }
    this.#whole.push(chunk)
    this.#wholeBytes += chunk.length
    if (this.#wholeBytes <= this.#half * 2) return
    this.#redaction = openRedaction()
    this.#split(this.#redaction.push(Buffer.concat(this.#whole)))
    this.#whole = []
  }

  /** What was kept; called when the stream has ended. */
  toString(): string {
    if (this.#redaction === undefined) return Buffer.concat(this.#whole).toString('utf8')
    this.#split(this.#redaction.end())
    this.#trim()
    const note = this.#dropped === 0 ? [] : [Buffer.from(`\n… ${this.#dropped} bytes left out …\n`)]
    return Buffer.concat([...this.#head, ...note, ...this.#tail]).toString('utf8')
  }

  /** Redacted bytes go to the beginning while it has room, then to the end. */
  #split(bytes: Uint8Array): void {
    const room = this.#half - this.#headBytes
    if (room > 0) {
      // eslint-disable-next-line local/no-bare-cut -- the bytes are redacted
      const taken = bytes.subarray(0, room)
      this.#head.push(taken)
      this.#headBytes += taken.length
    }
    if (bytes.length <= room) return
    this.#tail.push(bytes.subarray(Math.max(0, room)))
    this.#tailBytes += bytes.length - Math.max(0, room)
    // Trimmed only now and then, so that many small chunks cost no more than their bytes.
    if (this.#tailBytes > this.#half * 2) this.#trim()
  }

  #trim(): void {
    const excess = this.#tailBytes - this.#half
    if (excess <= 0) return
    // Copied, so that the big buffers that chunks are parts of can be freed.
    this.#tail = [Uint8Array.from(Buffer.concat(this.#tail).subarray(excess))]
    this.#tailBytes = this.#half
    this.#dropped += excess
  }
}
