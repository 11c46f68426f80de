import { cutAtWord } from '../../../text/index.ts'

const MAX_LINES = 200
const MAX_BYTES = 32 * 1024
/** Characters. */
const MAX_LINE = 2_000

/** How much of one container's log is shown as it is written: what comes after is in the cluster only. */
export class LogLimit {
  #lines = 0
  #bytes = 0

  isReached(): boolean {
    return this.#lines >= MAX_LINES || this.#bytes >= MAX_BYTES
  }

  /** What to show for a line: itself, cut; with the last one a note that it is the last; then nothing. */
  take(text: string): readonly string[] {
    if (this.isReached()) return []
    const line = cutAtWord(text, MAX_LINE)
    this.#lines += 1
    this.#bytes += Buffer.byteLength(line)
    return this.isReached() ? [line, '… the rest of this log is not shown here'] : [line]
  }
}
