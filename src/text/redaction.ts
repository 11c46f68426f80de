/** What takes secrets out of a text; `report/redaction` is one. */
export interface TextRedactor {
  redact(text: string): string
  openStream(): ByteRedaction
}

/** Redacts bytes that come in chunks. What may be the beginning of a secret is held back until more is known. */
export interface ByteRedaction {
  push(chunk: Uint8Array): Uint8Array
  end(): Uint8Array
}

/** Until the run's own redactor is there no secret is known, and nothing from outside is read. */
let current: TextRedactor = {
  redact: (text) => text,
  openStream: () => ({ push: (chunk) => chunk, end: () => new Uint8Array() }),
}

/**
 * Makes a redactor the one of this process. There is one for the whole process, as there is one log: so no cut can be made
 * that does not know it, and no caller can hand over another one or none.
 */
export function redactCutsWith(redactor: TextRedactor): void {
  current = redactor
}

/** The text without any secret that is known by now. */
export function redactText(text: string): string {
  return current.redact(text)
}

/** The same for bytes that come in chunks. */
export function openRedaction(): ByteRedaction {
  return current.openStream()
}
