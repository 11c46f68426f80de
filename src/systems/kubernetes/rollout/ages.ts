/** Since when things hold, by key: what no longer holds begins anew when it comes back. */
export class Ages {
  readonly #since = new Map<string, number>()

  /** What holds now; milliseconds of a monotonic clock. */
  update(keys: Iterable<string>, now: number): void {
    const holding = new Set(keys)
    for (const key of this.#since.keys()) if (!holding.has(key)) this.#since.delete(key)
    for (const key of holding) if (!this.#since.has(key)) this.#since.set(key, now)
  }

  /** How long it has held; 0 for what does not. */
  of(key: string, now: number): number {
    return now - (this.#since.get(key) ?? now)
  }
}
