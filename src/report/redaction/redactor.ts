import { findRefusal } from './find-refusal.ts'
import type { Pattern } from './pattern-automaton.ts'
import { createPatternSet } from './pattern-set.ts'
import {
  createRedactionStream,
  holdsPattern,
  type Patterns,
  type RedactionStream,
} from './redaction-stream.ts'
import { keptPatterns, patternsOf, SHORTEST } from './secret-forms.ts'
import { embeddedTexts, secretTexts } from './secret-texts.ts'

/** Stands before every writer: no byte that goes out holds a registered value in any of its usual encodings. */
export interface Redactor {
  /**
   * Registers a secret, each of its lines, and what is secret within it when it is JSON, a list of settings or an address;
   * a text that was written before cannot be taken back. Refused are values under 4 characters and words that we print
   * ourselves: hiding those would hide the report, and be no protection.
   *
   * @param leaveOut whether a line or an inner value is no secret for itself; the whole is hidden all the same
   * @returns whether it was taken
   */
  add(value: string, leaveOut?: (part: string) => boolean): boolean
  /**
   * Registers a text that was public before any secret was known: an image reference, a status context, an address. A
   * secret that lies wholly within an occurrence of it is left there as it is; everywhere else it is hidden as before.
   * The text is recognised with its characters escaped too, but not within base64 or the like.
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
  const secrets = new Map<string, number>()
  const kept = new Set<string>()
  let current: Patterns | undefined
  const patternsNow = () => (current ??= compile(secrets, kept))
  const holdsSecret = (text: string) => secrets.size > 0 && holdsPattern(Buffer.from(text), patternsNow())
  const take = (text: string, forms: number) => {
    const before = secrets.get(text) ?? 0
    if ((before | forms) === before) return
    secrets.set(text, before | forms)
    current = undefined
  }
  return {
    add(value, leaveOut = () => false) {
      const reason = findRefusal(value.trim())
      if (reason !== undefined) {
        if (reason !== '') onRefused(reason)
        return false
      }
      const isLeftOut = (text: string) => text !== value.trim() && leaveOut(text)
      for (const [text, forms] of secretTexts(value)) if (!isLeftOut(text)) take(text, forms)
      for (const [text, forms] of embeddedTexts(value))
        if (findRefusal(text) === undefined && !isLeftOut(text)) take(text, forms)
      return true
    },
    protect(text) {
      if (text.length < SHORTEST || kept.has(text)) return
      kept.add(text)
      current = undefined
    },
    redact(text) {
      if (!holdsSecret(text)) return text
      const stream = createRedactionStream(patternsNow)
      return Buffer.concat([stream.push(Buffer.from(text)), stream.end()]).toString('utf8')
    },
    holdsSecret,
    openStream: () => createRedactionStream(patternsNow),
  }
}

function compile(texts: ReadonlyMap<string, number>, keptTexts: ReadonlySet<string>): Patterns {
  const patterns: Pattern[] = []
  for (const [text, forms] of texts) for (const pattern of patternsOf(text, forms)) patterns.push(pattern)
  const secrets = createPatternSet(patterns)
  const nothing = createPatternSet([])
  // A public text without a secret changes nothing, and costs nothing.
  const needed = [...keptTexts].filter((text) => holdsPattern(Buffer.from(text), { secrets, kept: nothing }))
  return { secrets, kept: createPatternSet(needed.flatMap(keptPatterns)) }
}
