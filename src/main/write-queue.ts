import { toStagegateError } from '../errors/index.ts'
import type { Clock } from '../systems/clock/clock.ts'
import type { Written } from '../systems/github/github.ts'

type Write = () => Promise<Written>

/** The kinds of writes, the most important first: when time is short, the later ones are what is lost. */
const KINDS = ['status', 'deployment', 'check', 'heal'] as const
export type WriteKind = (typeof KINDS)[number]

interface Waiting {
  readonly kind: WriteKind
  readonly write: Write
}

/** After so many failures in a row nothing of the kind is tried any more, until the run is over. */
const MAX_FAILURES = 3
/** At the end of a run a limit of the rate is waited for no longer than this, in milliseconds. */
const LAST_WAIT_MS = 30_000

/**
 * Writes to GitHub one after another, as GitHub asks, beside the pipeline. A newer status takes the place of one that
 * still waits. A kind that is refused is given up; one that keeps failing rests until the end of the run, when what
 * failed is tried once more if GitHub answers again. A status is always tried. Where GitHub limits the rate, everything
 * waits until it allows more; at the end of a run only for a while. Nothing ever throws.
 */
export class WriteQueue {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #finishing = new AbortController()
  readonly #waiting: Record<WriteKind, Write[]> = { status: [], deployment: [], check: [], heal: [] }
  readonly #failures: Record<WriteKind, number> = { status: 0, deployment: 0, check: 0, heal: 0 }
  readonly #refused = new Set<WriteKind>()
  readonly #lost = new Set<string>()
  /** What failed, or was not tried because its kind kept failing, in order. */
  #failed: (Waiting & { readonly reason?: string })[] = []
  /** Whether the last write that was tried failed, though nothing forbids it. */
  #isFailing = false
  #running: Promise<void> | undefined

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
  }

  add(kind: WriteKind, write: Write): void {
    if (kind === 'status') this.#waiting.status = [write]
    else this.#waiting[kind].push(write)
    this.#running ??= this.#run()
  }

  /** Waits until everything is written or given up; what was lost, each reason once. */
  async finish(): Promise<readonly string[]> {
    this.#finishing.abort()
    while (this.#running !== undefined) await this.#running
    if (!this.#isFailing) await this.#tryAgain()
    return [...new Set([...this.#lost, ...this.#failed.flatMap(({ reason }) => reason ?? [])])]
  }

  /** GitHub may have been away for a part of the run only: what it took from us then is written now. */
  async #tryAgain(): Promise<void> {
    const failed = this.#failed
    this.#failed = []
    for (const [index, each] of failed.entries()) {
      if (this.#signal.aborted || this.#isFailing) {
        this.#failed.push(...failed.slice(index))
        return
      }
      this.#failures[each.kind] = Math.min(this.#failures[each.kind], MAX_FAILURES - 1)
      await this.#write(each)
      // What it waits for, and what came while it waited.
      for (let next = this.#take(); next !== undefined; next = this.#take()) await this.#write(next)
    }
  }

  async #run(): Promise<void> {
    // The caller goes on first: making the texts of a write is not for the stage to wait for.
    await Promise.resolve()
    for (let next = this.#take(); next !== undefined; next = this.#take()) await this.#write(next)
    this.#running = undefined
  }

  #take(): Waiting | undefined {
    for (const kind of KINDS) {
      const write = this.#waiting[kind].shift()
      if (write !== undefined) return { kind, write }
    }
    return undefined
  }

  async #write(next: Waiting): Promise<void> {
    const { kind, write } = next
    if (this.#refused.has(kind)) return
    if (kind !== 'status' && this.#failures[kind] >= MAX_FAILURES) {
      this.#failed.push(next)
      return
    }
    try {
      const written = await write()
      this.#isFailing = !written.written && !written.refused
      if (written.written) {
        this.#failures[kind] = 0
        if (written.unfinished !== undefined) this.#lost.add(written.unfinished)
      } else if (written.until !== undefined && !this.#signal.aborted) {
        this.#putBack(next)
        await this.#waitUntil(written.until, written.reason)
      } else {
        this.#failures[kind] += 1
        if (kind === 'status' || written.refused) this.#lost.add(written.reason)
        else this.#failed.push({ kind, write, reason: written.reason })
        if (kind !== 'status' && written.refused) this.#refused.add(kind)
      }
    } catch (thrown) {
      this.#lost.add(`Something was not written to GitHub: ${toStagegateError(thrown).message}`)
    }
  }

  /** To the front again, unless a newer status says more. */
  #putBack({ kind, write }: Waiting): void {
    if (kind !== 'status' || this.#waiting.status.length === 0) this.#waiting[kind].unshift(write)
  }

  async #waitUntil(until: Date, reason: string): Promise<void> {
    const left = (): number => until.getTime() - this.#clock.now().getTime()
    if (!this.#finishing.signal.aborted) await this.#sleep(left(), this.#finishing.signal)
    if (left() <= 0) return
    if (left() > LAST_WAIT_MS) {
      for (const kind of KINDS) this.#waiting[kind].length = 0
      this.#lost.add(reason)
      return
    }
    await this.#sleep(left())
  }

  /** Less when the run is over, or may take no more time. */
  async #sleep(milliseconds: number, until?: AbortSignal): Promise<void> {
    const signals = until === undefined ? [this.#signal] : [this.#signal, until]
    try {
      await this.#clock.sleep(Math.max(0, milliseconds), AbortSignal.any(signals))
    } catch {
      // Woken: what comes next is decided by what has woken it.
    }
  }
}
