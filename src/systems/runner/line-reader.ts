import { LINE_END } from './neutralise.ts'

/** Of a longer line the rest is counted and left out. Characters. */
const LONGEST_LINE = 64 * 1024

/** Puts text that comes in pieces together to lines, with a limit on what one line may hold in memory. */
export class LineReader {
  #line = ''
  #leftOut = 0
  #endedWithReturn = false

  /** The lines that are complete by now, without their ends. */
  push(text: string): readonly string[] {
    // A line feed that comes apart from its carriage return ends no second line.
    const rest = this.#endedWithReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') this.#endedWithReturn = text.endsWith('\r')
    const [first = '', ...others] = rest.split(LINE_END)
    const lines: string[] = []
    this.#add(first)
    for (const other of others) {
      lines.push(this.#take())
      this.#add(other)
    }
    return lines
  }

  /** The last line, when it has no end. */
  end(): readonly string[] {
    return this.#line === '' && this.#leftOut === 0 ? [] : [this.#take()]
  }

  #add(text: string): void {
    const room = LONGEST_LINE - this.#line.length
    // eslint-disable-next-line local/no-bare-cut -- the text is redacted, see foreign-text
    this.#line += text.slice(0, room)
    this.#leftOut += Math.max(0, text.length - room)
  }

  #take(): string {
    const line = this.#leftOut === 0 ? this.#line : `${this.#line} … ${this.#leftOut} characters left out`
    this.#line = ''
    this.#leftOut = 0
    return line
  }
}
