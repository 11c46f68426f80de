import { StagegateError } from '../errors/index.ts'
import type { Clock } from '../systems/clock/clock.ts'

/** GitHub may keep a run waiting for this long in all before its work begins, in milliseconds. */
const PATIENCE_MS = 10_000

/**
 * How long a run waits for what GitHub tells before any work begins: what has passed already, and what the job may write.
 * All of it together has ten seconds; what is asked at the same time waits at the same time.
 */
export class GithubPatience {
  readonly #clock: Clock
  #leftMs = PATIENCE_MS

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Asks with a signal that ends with what is left.
   *
   * @throws StagegateError E_GITHUB_UNAVAILABLE when nothing is left; what `ask` throws
   */
  async ask<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const startedAt = this.#clock.monotonic()
    const leftMs = this.#leftMs
    if (leftMs <= 0) throw tooLong()
    const limit = this.#clock.deadline(leftMs, tooLong)
    try {
      return await ask(AbortSignal.any([signal, limit.signal]))
    } finally {
      limit.clear()
      this.#leftMs = Math.min(this.#leftMs, leftMs - (this.#clock.monotonic() - startedAt))
    }
  }
}

function tooLong(): StagegateError {
  return new StagegateError('E_GITHUB_UNAVAILABLE', {
    message: `no answer within ${PATIENCE_MS / 1_000} s`,
  })
}
