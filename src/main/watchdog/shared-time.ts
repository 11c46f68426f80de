/** What the loop of the run tells its watchdog: shared memory, so that it can be read while that loop is blocked. */
export class SharedTime {
  readonly buffer: SharedArrayBuffer
  /** How often the loop has turned, and the earliest deadline in milliseconds of `now`; 0: there is none. */
  readonly #cells: BigInt64Array

  constructor(buffer = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#cells = new BigInt64Array(buffer)
  }

  /** Milliseconds of a clock that all threads of the process share, unlike `performance.now()`. */
  static now(): number {
    return Number(process.hrtime.bigint() / 1_000_000n)
  }

  turn(): void {
    Atomics.add(this.#cells, 0, 1n)
  }

  turns(): bigint {
    return Atomics.load(this.#cells, 0)
  }

  setDeadline(at: number | undefined): void {
    Atomics.store(this.#cells, 1, BigInt(at ?? 0))
  }

  deadline(): number | undefined {
    const at = Number(Atomics.load(this.#cells, 1))
    return at === 0 ? undefined : at
  }
}
