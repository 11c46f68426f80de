import { findRefusal } from './find-refusal.ts'
import { FormIndex } from './form-index.ts'
import { createRedactionStream, type RedactionStream } from './redaction-stream.ts'
import { secretForms } from './secret-forms.ts'

/** Stands before every writer: no byte that goes out holds a registered value in any of its usual encodings. */
export interface Redactor {
  /**
   * Registers a secret; a text that was written before cannot be taken back. Refused are values under 4 characters and
   * words that we print ourselves: hiding those would hide the report, and be no protection.
   *
   * @returns whether it was taken
   */
  add(value: string): boolean
  /**
   * Registers a text that was public before any secret was known: an image reference, a status context, an address. A
   * secret that lies wholly within an occurrence of it is left there as it is; everywhere else it is hidden as before.
   * The text is protected in the same encodings in which a secret is hidden.
   */
  protect(text: string): void
  /** The text with `***` in place of every secret. */
  redact(text: string): string
  /** Whether a text contains a registered secret in any form, outside of what is protected. */
  holdsSecret(text: string): boolean
  /** For text that comes in chunks; secrets that are registered later count from then on. */
  openStream(): RedactionStream
}

/** @param onRefused told why a value was not taken; the value itself is not in it */
export function createRedactor(onRefused: (reason: string) => void = () => undefined): Redactor {
  const secrets = new FormIndex()
  const protectedTexts = new FormIndex()
  const redact = (text: string) => {
    if (secrets.isEmpty) return text
    const bytes = Buffer.from(text)
    if (!holdsForm(secrets, bytes)) return text
    const stream = createRedactionStream(secrets, protectedTexts)
    const redacted = Buffer.concat([stream.push(bytes), stream.end()])
    return redacted.equals(bytes) ? text : redacted.toString('utf8')
  }
  return {
    add(value) {
      const reason = findRefusal(value.trim())
      if (reason === undefined) for (const form of secretForms(value)) secrets.add(form)
      else if (reason !== '') onRefused(reason)
      return reason === undefined
    },
    protect(text) {
      for (const form of secretForms(text)) protectedTexts.add(form)
    },
    redact,
    holdsSecret: (text) => redact(text) !== text,
    openStream: () => createRedactionStream(secrets, protectedTexts),
  }
}

function holdsForm(index: FormIndex, bytes: Uint8Array): boolean {
  for (let place = index.next(bytes, 0); place < bytes.length; place = index.next(bytes, place + 1)) {
    if (index.at(bytes, place).length > 0) return true
  }
  return false
}
