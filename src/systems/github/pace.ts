import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'

/** GitHub asks for a second between writes, one after another. https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
const GAP_MS = 1_000
/** At the end of a run this many writes go out without a gap: what makes a run terminal is never more. */
const LAST_WRITES = 12
/** After so many requests in a row that got no answer, GitHub is taken to be down. */
const MAX_SILENT = 2

/** How fast GitHub is asked: the gap between writes, what it said about its limits, and whether it answers at all. */
export class Pace {
  readonly #clock: Clock
  readonly #hurry = new AbortController()
  #lastWrite = Number.NEGATIVE_INFINITY
  #lastWrites = LAST_WRITES
  #limitedUntil: Date | undefined
  #silent = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The run is over and waits: what is still to be written goes out without a gap. */
  hurry(): void {
    this.#hurry.abort()
  }

  /** Until when GitHub has asked not to be asked. */
  get limitedUntil(): Date | undefined {
    const until = this.#limitedUntil
    return until !== undefined && until > this.#clock.now() ? until : undefined
  }

  /** Nothing is sent while GitHub limits the rate: asking on would only make it longer. */
  assertAllowed(): void {
    const until = this.limitedUntil
    if (until === undefined) return
    throw new StagegateError('E_GITHUB_RATE_LIMITED', {
      message: `GitHub limits the rate of requests until ${until.toISOString()}`,
    })
  }

  limit(until: Date): void {
    this.#limitedUntil = until
  }

  /** Waits for the turn of the next write. */
  async takeTurn(signal: AbortSignal): Promise<void> {
    const wait = this.#lastWrite + GAP_MS - this.#clock.monotonic()
    if (wait > 0 && !this.#mayHurry()) {
      try {
        await this.#clock.sleep(wait, AbortSignal.any([signal, this.#hurry.signal]))
      } catch (thrown) {
        if (signal.aborted) throw thrown
      }
    }
    this.#lastWrite = this.#clock.monotonic()
  }

  /** Whether an answer came, whatever it says. */
  note(answered: boolean): void {
    this.#silent = answered ? 0 : this.#silent + 1
  }

  /** GitHub seems to be down: a request is tried once and briefly, so that the end of a run does not wait for it. */
  get isDown(): boolean {
    return this.#silent >= MAX_SILENT
  }

  #mayHurry(): boolean {
    if (!this.#hurry.signal.aborted || this.#lastWrites === 0) return false
    this.#lastWrites -= 1
    return true
  }
}
