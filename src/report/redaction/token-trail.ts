const FIRST_SIZE = 64
/** More tokens than one pattern can take, on all ways together. */
const LAST_SIZE = 8192

/**
 * Remembers the last tokens of each way in which a text can be read, so that the first byte of what was found is known. A
 * way is a number: the token that it read last; -1 for none. What is read as it stands is not in here, only its length.
 * Places and numbers are 32 bits wide and may wrap: only differences count.
 */
export class TokenTrail {
  #next = 0
  #size = FIRST_SIZE
  #starts = new Int32Array(FIRST_SIZE)
  #ends = new Int32Array(FIRST_SIZE)
  /** Bytes of the pattern that the token stands for. */
  #lengths = new Int32Array(FIRST_SIZE)
  /** Bytes that were read as they stand, between the token before and this one. */
  #runs = new Int32Array(FIRST_SIZE)
  #before = new Int32Array(FIRST_SIZE)
  /** Whether a line ends in the token. */
  #isLine = new Int32Array(FIRST_SIZE)

  /** @returns the way that ends with this token */
  append(way: number, run: number, start: number, end: number, length: number, isLine: boolean): number {
    const token = this.#next
    if (token === this.#size && token < LAST_SIZE) this.#grow()
    const at = token & (this.#size - 1)
    this.#starts[at] = start
    this.#ends[at] = end
    this.#lengths[at] = length
    this.#runs[at] = run
    this.#before[at] = way
    this.#isLine[at] = isLine ? 1 : 0
    // After 2^30 tokens numbers begin again: those of a way that is still open are near each other all the same.
    this.#next = token === 0x3fffffff ? LAST_SIZE : token + 1
    return token
  }

  /**
   * Where the last bytes of a pattern begin in the text. Where fewer than 4 of them stand before the end of a line, only
   * what follows counts: it is no secret alone, and nearly every line ends with the beginning of some pattern.
   *
   * @param length of the bytes of the pattern that have been seen
   * @param run how many of them were read as they stand since the last token
   * @param end where they end in the text
   * @returns how many bytes of the text before the end
   */
  distance(way: number, length: number, run: number, end: number): number {
    let left = length
    let place = end
    let token = way
    let plain = run
    while (left > plain && token >= 0 && this.#next - token <= this.#size) {
      const at = token & (this.#size - 1)
      left -= plain
      if (this.#isLine[at] === 1 && left < 4) return (end - (this.#ends[at] ?? 0)) | 0
      place = this.#starts[at] ?? 0
      left -= this.#lengths[at] ?? 0
      if (left <= 0) return (end - place) | 0
      plain = this.#runs[at] ?? 0
      token = this.#before[at] ?? -1
    }
    return (end - place + Math.min(left, plain)) | 0
  }

  #grow(): void {
    this.#size *= 2
    this.#starts = longer(this.#starts)
    this.#ends = longer(this.#ends)
    this.#lengths = longer(this.#lengths)
    this.#runs = longer(this.#runs)
    this.#before = longer(this.#before)
    this.#isLine = longer(this.#isLine)
  }
}

function longer(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(values.length * 2)
  twice.set(values)
  return twice
}
