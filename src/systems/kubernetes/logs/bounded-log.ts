/** Half of what is kept: the beginning and the end of a log. */
const HALF = 512 * 1024

/** A log of at most 1 MiB: its beginning and its end, with a line that says how much is missing between. */
export class BoundedLog {
  readonly #head: Uint8Array[] = []
  #headBytes = 0
  #tail = Buffer.alloc(0)
  #dropped = 0

  add(chunk: Uint8Array): void {
    const room = HALF - this.#headBytes
    const first = chunk.subarray(0, room)
    if (first.length > 0) {
      this.#head.push(first)
      this.#headBytes += first.length
    }
    if (chunk.length <= room) return
    const tail = Buffer.concat([this.#tail, chunk.subarray(room)])
    const over = Math.max(0, tail.length - HALF)
    this.#dropped += over
    this.#tail = tail.subarray(over)
  }

  text(): string {
    const gap = this.#dropped === 0 ? '' : `\n… ${this.#dropped} bytes left out …\n`
    return Buffer.concat(this.#head).toString('utf8') + gap + this.#tail.toString('utf8')
  }
}
