import type { TextRedactor } from '../../text/index.ts'
import { createForeignText } from './foreign-text.ts'
import { SpillBuffer } from './spill-buffer.ts'

/** The log of one step, see `StepLog` in the pipeline. */
export interface StepLogWriter {
  info(text: string): void
  warn(text: string): void
  child(chunk: Uint8Array): void
  /** Writes what is held back; nothing may be written after it. */
  close(): void
}

export interface StepLogParts {
  readonly redactor: TextRedactor
  /** Writes to the log what is fit for it. */
  readonly write: (text: string) => void
  /** Text of ours as lines that are fit for the log. */
  readonly renderInfo: (text: string) => string
  readonly renderWarning: (text: string) => string
  readonly renderStart: (title: string) => string
  readonly renderEnd: () => string
  /** Where output waits that does not fit in memory. */
  readonly folder: string
}

interface Entry {
  readonly title: string
  readonly waiting: SpillBuffer
  closed: boolean
}

/**
 * Keeps what each step says together though steps run at the same time: the step that opened its log first is written
 * as it goes, the others wait until it is closed, and follow in the order in which they were opened.
 */
export class StepLogs {
  readonly #parts: StepLogParts
  #entries: readonly Entry[] = []

  constructor(parts: StepLogParts) {
    this.#parts = parts
  }

  open(title: string): StepLogWriter {
    const { redactor, renderInfo, renderWarning, folder } = this.#parts
    const entry: Entry = { title, waiting: new SpillBuffer(folder), closed: false }
    this.#entries = [...this.#entries, entry]
    if (this.#entries[0] === entry) this.#begin(entry)
    const foreign = createForeignText(redactor)
    return {
      info: (text) => {
        this.#write(entry, renderInfo(text))
      },
      warn: (text) => {
        this.#write(entry, renderWarning(text))
      },
      child: (chunk) => {
        this.#write(entry, foreign.push(chunk))
      },
      close: () => {
        if (entry.closed) return
        this.#write(entry, foreign.end())
        entry.closed = true
        this.#advance()
      },
    }
  }

  #begin(entry: Entry): void {
    this.#parts.write(this.#parts.renderStart(entry.title))
    entry.waiting.drain(this.#parts.write)
  }

  #write(entry: Entry, text: string): void {
    if (text === '' || entry.closed) return
    if (this.#entries[0] === entry) this.#parts.write(text)
    else entry.waiting.append(text)
  }

  /** Ends what is complete at the head of the line, and lets the next one speak. */
  #advance(): void {
    while (this.#entries[0]?.closed === true) {
      this.#parts.write(this.#parts.renderEnd())
      this.#entries = this.#entries.slice(1)
      const next = this.#entries[0]
      if (next !== undefined) this.#begin(next)
    }
  }
}
