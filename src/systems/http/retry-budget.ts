const FREE_RETRIES = 20
const RETRIES_PER_REQUEST = 0.1

/**
 * How many retries each system may cost in a run: 20 and a tenth of its requests. When a system is down, this keeps
 * the many requests to it from each waiting out its full time.
 */
export class RetryBudget {
  readonly #counts = new Map<string, { requests: number; retries: number }>()

  countRequest(system: string): void {
    this.#of(system).requests += 1
  }

  /** Takes one retry; false when none is left. */
  take(system: string): boolean {
    const counts = this.#of(system)
    if (counts.retries >= FREE_RETRIES + counts.requests * RETRIES_PER_REQUEST) return false
    counts.retries += 1
    return true
  }

  #of(system: string): { requests: number; retries: number } {
    let counts = this.#counts.get(system)
    if (counts === undefined) {
      counts = { requests: 0, retries: 0 }
      this.#counts.set(system, counts)
    }
    return counts
  }
}
