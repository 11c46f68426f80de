import { clipText } from '../../findings/index.ts'
import { openRedaction } from '../../text/index.ts'

/** Characters of a line; what is longer is cut. */
const MAX_LINE = 4_096
const TAIL_LINES = 20
/** What npm says around every script: its name before, that it failed after the script itself has said why. */
const noise = /^npm (?:error|ERR!|notice|warn|WARN)\b|^> [^\s@]+@\S+ \S+$/

/** One of the two streams. Secrets go first: a line may be cut in the middle of one. */
class Stream {
  readonly redaction = openRedaction()
  readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  partial = ''
}

/** Takes a child's output as it arrives, gives each whole line to a listener, and keeps the last ones as evidence. */
export class OutputReader {
  readonly #onLine: (line: string) => void
  readonly #streams = { stdout: new Stream(), stderr: new Stream() }
  readonly #tail: string[] = []

  /** @param onLine told each line without secrets, at most 4,096 characters of it */
  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine
  }

  write(chunk: Uint8Array, stream: 'stdout' | 'stderr'): void {
    const of = this.#streams[stream]
    this.#add(of, of.decoder.decode(of.redaction.push(chunk), { stream: true }))
  }

  /** Takes what has no line break after it as a line. */
  end(): void {
    for (const of of Object.values(this.#streams)) {
      this.#add(of, of.decoder.decode(of.redaction.end()))
      if (of.partial !== '') this.#endLine(of)
    }
  }

  /** The last lines that say something, oldest first. */
  lastLines(count = 10): readonly string[] {
    const meaningful = this.#tail.filter((line) => !noise.test(line))
    return (meaningful.length === 0 ? this.#tail : meaningful).slice(-count)
  }

  #add(stream: Stream, text: string): void {
    const lines = text.split('\n')
    for (const [index, piece] of lines.entries()) {
      if (stream.partial.length < MAX_LINE) {
        // eslint-disable-next-line local/no-bare-cut -- the text is redacted
        stream.partial = (stream.partial + piece).slice(0, MAX_LINE)
      }
      if (index < lines.length - 1) this.#endLine(stream)
    }
  }

  #endLine(stream: Stream): void {
    const line = stream.partial
    stream.partial = ''
    this.#onLine(line)
    const clean = clipText(line)
    if (clean === '') return
    this.#tail.push(clean)
    // npm's own lines come last, in a dozen or more, and must not push the reason out
    if (this.#tail.length > TAIL_LINES * 3) this.#tail.splice(0, TAIL_LINES)
  }
}
