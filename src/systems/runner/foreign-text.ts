import type { TextRedactor } from '../../text/index.ts'
import { LineReader } from './line-reader.ts'
import { neutraliseLine } from './neutralise.ts'

/** Makes the output of a child fit for the log: without secrets, without commands, line by line. */
export interface ForeignText {
  /** The lines that are complete by now, each with its end. */
  push(chunk: Uint8Array): string
  end(): string
}

export function createForeignText(redactor: TextRedactor): ForeignText {
  const stream = redactor.openStream()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = new LineReader()
  const render = (lines: readonly string[]) =>
    lines
      .map((line) => {
        const harmless = neutraliseLine(line)
        // What stood between the halves of a secret may be gone now.
        return `${harmless === line ? line : redactor.redact(harmless)}\n`
      })
      .join('')
  return {
    push: (chunk) => render(reader.push(decoder.decode(stream.push(chunk), { stream: true }))),
    end: () => render([...reader.push(decoder.decode(stream.end())), ...reader.end()]),
  }
}
