import type { Clock } from '../systems/clock/clock.ts'

/** The least time between two of its updates, in milliseconds: a status is for people, and GitHub keeps 1,000 of a commit. */
const GAP_MS = 20_000

/** Says which stage is running, sparingly: a stage that is soon over is never mentioned. */
export class RunningStatus {
  readonly #clock: Clock
  readonly #say: (stage: string) => void
  readonly #stopped = new AbortController()
  readonly #signal: AbortSignal
  #saidAt: number
  #stage: string | undefined
  #waiting = false

  /** @param signal ends it, as `stop` does */
  constructor(clock: Clock, signal: AbortSignal, say: (stage: string) => void) {
    this.#clock = clock
    this.#say = say
    this.#signal = AbortSignal.any([signal, this.#stopped.signal])
    // The status that says that the run has started was just written.
    this.#saidAt = clock.monotonic()
  }

  start(stage: string): void {
    this.#stage = stage
    if (this.#waiting || this.#signal.aborted) return
    this.#waiting = true
    const wait = Math.max(0, this.#saidAt + GAP_MS - this.#clock.monotonic())
    this.#clock.sleep(wait, this.#signal).then(
      () => {
        this.#waiting = false
        this.#saidAt = this.#clock.monotonic()
        if (this.#stage !== undefined) this.#say(this.#stage)
      },
      () => undefined,
    )
  }

  end(stage: string): void {
    if (this.#stage === stage) this.#stage = undefined
  }

  /** What comes now is the result. */
  stop(): void {
    this.#stopped.abort()
  }
}
