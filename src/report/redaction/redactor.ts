import { FormIndex } from './form-index.ts'
import { createRedactionStream, type RedactionStream } from './redaction-stream.ts'
import { secretForms, SHORTEST } from './secret-forms.ts'

/** Stands before every writer: no byte that goes out holds a registered value in any of its usual encodings. */
export interface Redactor {
  /**
   * Registers a secret; a text that was written before cannot be taken back. Refused are values under 4 characters and
   * words that we print ourselves: hiding those would hide the report, and be no protection.
   *
   * @returns whether it was taken
   */
  add(value: string): boolean
  /** The text with `***` in place of every secret. */
  redact(text: string): string
  /** Whether a text contains a registered secret in any form. */
  holdsSecret(text: string): boolean
  /** For text that comes in chunks; secrets that are registered later count from then on. */
  openStream(): RedactionStream
}

const OWN_WORDS = new Set(
  'true false null none undefined success failure cancelled skipped error warning pending queued completed in_progress'.split(
    ' ',
  ),
)

/** @param onRefused told why a value was not taken; the value itself is not in it */
export function createRedactor(onRefused: (reason: string) => void = () => undefined): Redactor {
  const index = new FormIndex()
  return {
    add(value) {
      const reason = findRefusal(value.trim())
      if (reason === undefined) for (const form of secretForms(value)) index.add(form)
      else if (reason !== '') onRefused(reason)
      return reason === undefined
    },
    redact(text) {
      if (index.isEmpty) return text
      const bytes = Buffer.from(text)
      if (!holdsForm(index, bytes)) return text
      const stream = createRedactionStream(index)
      return Buffer.concat([stream.push(bytes), stream.end()]).toString('utf8')
    },
    holdsSecret: (text) => holdsForm(index, Buffer.from(text)),
    openStream: () => createRedactionStream(index),
  }
}

/** Why a value cannot be hidden; empty for an empty value, which needs no word. */
function findRefusal(value: string): string | undefined {
  if (value === '') return ''
  if (value.length < SHORTEST)
    return `A secret of ${value.length} characters is too short to be hidden in the log.`
  if (OWN_WORDS.has(value.toLowerCase()))
    return 'A secret is an ordinary word that cannot be hidden in the log.'
  return undefined
}

function holdsForm(index: FormIndex, bytes: Uint8Array): boolean {
  for (let place = index.next(bytes, 0); place < bytes.length; place = index.next(bytes, place + 1)) {
    if (index.at(bytes, place).length > 0) return true
  }
  return false
}
