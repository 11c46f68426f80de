/** Keeps the beginning and the end of a stream within a limit; what was in between is counted. */
export class KeptOutput {
  readonly #half: number
  readonly #head: Uint8Array[] = []
  #headBytes = 0
  #tail: Uint8Array[] = []
  #tailBytes = 0
  #dropped = 0

  constructor(limit: number) {
    this.#half = Math.max(1, Math.floor(limit / 2))
  }

  add(chunk: Uint8Array): void {
    const room = this.#half - this.#headBytes
    if (room > 0) {
      const taken = chunk.subarray(0, room)
      this.#head.push(taken)
      this.#headBytes += taken.length
    }
    if (chunk.length <= room) return
    this.#tail.push(chunk.subarray(Math.max(0, room)))
    this.#tailBytes += chunk.length - Math.max(0, room)
    // Trimmed only now and then, so that many small chunks cost no more than their bytes.
    if (this.#tailBytes > this.#half * 2) this.#trim()
  }

  toString(): string {
    this.#trim()
    const note = this.#dropped === 0 ? [] : [Buffer.from(`\n… ${this.#dropped} bytes left out …\n`)]
    return Buffer.concat([...this.#head, ...note, ...this.#tail]).toString('utf8')
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
