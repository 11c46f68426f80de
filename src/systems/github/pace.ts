import { RequestError } from '@octokit/request-error'
import { StagegateError } from '../../errors/index.ts'
import type { Clock } from '../clock/clock.ts'
import { limitOf } from './limit-of.ts'

/** GitHub asks for a second between writes, one after another. https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
const GAP_MS = 1_000
/** At the end of a run this many writes go out without a gap: what makes a run terminal is never more. */
const LAST_WRITES = 12
/** After so many requests in a row that got no answer, GitHub is taken to be down. */
const MAX_SILENT = 2
/** A limit that ends within this is waited for, in milliseconds; of one that ends later it is said until when. */
const LIMIT_WAIT_MS = 30_000
/** How often a request may be turned away by a limit. */
const MAX_TURNED_AWAY = 5

/** What a request is, as far as its pace depends on it. */
interface Asked {
  readonly isRead: boolean
  /** Whether it keeps the gap between writes. */
  readonly isPaced: boolean
  readonly signal: AbortSignal
}

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

  /**
   * Sends a request when its turn has come. While GitHub limits the rate nothing is sent, whoever asks: asking on would
   * only make it longer.
   *
   * @throws StagegateError E_GITHUB_RATE_LIMITED when the limit ends too late to be waited for; what `send` throws
   */
  async keep<T>(asked: Asked, send: () => Promise<T>): Promise<T> {
    const latest = new Date(this.#clock.now().getTime() + LIMIT_WAIT_MS)
    for (let turnedAway = 1; ; turnedAway += 1) {
      await this.#waitForTurn(asked, latest)
      try {
        const answer = await send()
        this.#silent = 0
        return answer
      } catch (thrown) {
        const until = limitOf(thrown, this.#clock.now())
        this.#silent = until !== undefined || isAnswer(thrown) ? 0 : this.#silent + this.#weigh(asked.signal)
        if (until === undefined) throw thrown
        this.#limitedUntil = until
        // Turned away by 403 or 429, nothing was done; after 503 nobody knows, and a write has to be looked for first.
        const mayRepeat = asked.isRead || (thrown as RequestError).status !== 503
        if (!mayRepeat || until > latest || turnedAway === MAX_TURNED_AWAY) throw thrown
      }
    }
  }

  async #waitForTurn({ isPaced, signal }: Asked, latest: Date): Promise<void> {
    for (;;) {
      const until = this.limitedUntil
      if (until === undefined) {
        if (!isPaced) return
        await this.#takeTurn(signal)
        if (this.limitedUntil === undefined) return
      } else if (until > latest) {
        throw new StagegateError('E_GITHUB_RATE_LIMITED', {
          message: `GitHub limits the rate of requests until ${until.toISOString()}`,
        })
      } else {
        await this.#clock.sleep(until.getTime() - this.#clock.now().getTime(), signal)
      }
    }
  }

  /** Waits for the turn of the next write. */
  async #takeTurn(signal: AbortSignal): Promise<void> {
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

  /** How much a missing answer tells: nothing when the run itself has ended the request, unless it had waited long. */
  #weigh(signal: AbortSignal): number {
    const { reason } = signal as { readonly reason: unknown }
    const hasWaited = reason instanceof StagegateError && reason.code === 'E_GITHUB_UNAVAILABLE'
    return signal.aborted && !hasWaited ? 0 : 1
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

/** Whether GitHub has answered, whatever it says; a 5xx is no answer of GitHub's own. */
function isAnswer(thrown: unknown): boolean {
  if (thrown instanceof StagegateError) return thrown.code === 'E_GITHUB_PROTOCOL'
  return thrown instanceof RequestError && thrown.response !== undefined && thrown.status < 500
}
