import { StringDecoder } from 'node:string_decoder'

import { clipText } from '../../findings/index.ts'

/** Characters of a line; what is longer is cut. */
const MAX_LINE = 4_096
const TAIL_LINES = 20
/** What npm says around every script: its name before, that it failed after the script itself has said why. */
const noise = /^npm (?:error|ERR!|notice|warn|WARN)\b|^> [^\s@]+@\S+ \S+$/

/** Takes a child's output as it arrives, gives each whole line to a listener, and keeps the last ones as evidence. */
export class OutputReader {
  readonly #onLine: (line: string) => void
  readonly #partial = { stdout: '', stderr: '' }
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  readonly #tail: string[] = []

  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine
  }

  write(chunk: Uint8Array, stream: 'stdout' | 'stderr'): void {
    const lines = this.#decoders[stream].write(Buffer.from(chunk)).split('\n')
    for (const [index, text] of lines.entries()) {
      if (this.#partial[stream].length < MAX_LINE) {
        this.#partial[stream] = (this.#partial[stream] + text).slice(0, MAX_LINE)
      }
      if (index < lines.length - 1) this.#endLine(stream)
    }
  }

  /** Takes what has no line break after it as a line. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream] !== '') this.#endLine(stream)
    }
  }

  /** The last lines that say something, oldest first. */
  lastLines(count = 10): readonly string[] {
    const meaningful = this.#tail.filter((line) => !noise.test(line))
    return (meaningful.length === 0 ? this.#tail : meaningful).slice(-count)
  }

  #endLine(stream: 'stdout' | 'stderr'): void {
    const line = this.#partial[stream]
    this.#partial[stream] = ''
    this.#onLine(line)
    const clean = clipText(line)
    if (clean === '') return
    this.#tail.push(clean)
    // npm's own lines come last, in a dozen or more, and must not push the reason out
    if (this.#tail.length > TAIL_LINES * 3) this.#tail.splice(0, TAIL_LINES)
  }
}
