import { toStagegateError } from '../errors/index.ts'
import type { Written } from '../systems/github/github.ts'

type Write = () => Promise<Written>

/** The kinds of writes, the most important first: when time is short, the later ones are what is lost. */
export type WriteKind = 'status' | 'deployment' | 'check'

/** After so many failures in a row nothing of the kind is tried any more. */
const MAX_FAILURES = 3

/**
 * Writes to GitHub one after another, as GitHub asks, beside the pipeline. A newer status takes the place of one that
 * still waits. A kind that is refused, or that keeps failing, is given up; a status is always tried. Nothing ever throws.
 */
export class WriteQueue {
  readonly #waiting: Record<WriteKind, Write[]> = { status: [], deployment: [], check: [] }
  readonly #failures: Record<WriteKind, number> = { status: 0, deployment: 0, check: 0 }
  readonly #lost = new Set<string>()
  #running: Promise<void> | undefined

  add(kind: WriteKind, write: Write): void {
    if (kind === 'status') this.#waiting.status = [write]
    else this.#waiting[kind].push(write)
    this.#running ??= this.#run()
  }

  /** Waits until everything is written or given up; what was lost, each reason once. */
  async finish(): Promise<readonly string[]> {
    while (this.#running !== undefined) await this.#running
    return [...this.#lost]
  }

  async #run(): Promise<void> {
    // The caller goes on first: making the texts of a write is not for the stage to wait for.
    await Promise.resolve()
    for (let next = this.#take(); next !== undefined; next = this.#take()) await this.#write(next)
    this.#running = undefined
  }

  #take(): { readonly kind: WriteKind; readonly write: Write } | undefined {
    for (const kind of ['status', 'deployment', 'check'] as const) {
      const write = this.#waiting[kind].shift()
      if (write !== undefined) return { kind, write }
    }
    return undefined
  }

  async #write({ kind, write }: { readonly kind: WriteKind; readonly write: Write }): Promise<void> {
    if (kind !== 'status' && this.#failures[kind] >= MAX_FAILURES) return
    try {
      const written = await write()
      if (written.written) {
        this.#failures[kind] = 0
        return
      }
      this.#failures[kind] += written.refused ? MAX_FAILURES : 1
      this.#lost.add(written.reason)
    } catch (thrown) {
      this.#lost.add(`Something was not written to GitHub: ${toStagegateError(thrown).message}`)
    }
  }
}
