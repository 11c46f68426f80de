import { PatternKind, type Pattern } from './pattern-automaton.ts'

/** Shorter values and forms are left alone: hiding them would hide ordinary text. Characters, and bytes of a form. */
export const SHORTEST = 4

/**
 * A longer form is looked for in pieces of 32 to 64 bytes: so a search holds back little, and a megabyte of one letter is
 * one piece.
 */
const LONGEST_PIECE = 64
const PIECE = 48
/** As many numbers of bytes are surely no longer than a piece. */
const NUMBERS = 16

/** The forms in which a text is looked for, to be added up. */
export const Forms = {
  /** As it stands, with its characters escaped in any way. */
  plain: 1,
  /** Alone in base64. */
  base64: 2,
  /** Somewhere within a text in base64, and in hexadecimal. */
  within: 4,
  /** The numbers of its bytes, and base64 of UTF-16. */
  rare: 8,
} as const

/**
 * What is looked for to find a text. What is not an escape of single characters is a pattern of its own.
 *
 * @param forms of `Forms`
 */
export function patternsOf(text: string, forms: number): readonly Pattern[] {
  const patterns: Pattern[] = []
  const add = (form: string | Uint8Array, kind: number) => {
    for (const bytes of piecesOf(typeof form === 'string' ? Buffer.from(form) : form))
      if (bytes.length >= SHORTEST) patterns.push({ bytes, kind })
  }
  for (const spelling of spellingsOf(text)) {
    const bytes = Buffer.from(spelling)
    if ((forms & Forms.plain) !== 0) add(bytes, PatternKind.raw)
    if ((forms & Forms.base64) !== 0) for (const form of base64Forms(bytes)) add(form, PatternKind.base64)
    if ((forms & Forms.within) !== 0) {
      for (const each of new Set([spelling, ...jsonTexts(spelling)]))
        for (const form of innerBase64Forms(Buffer.from(each))) add(form, PatternKind.base64)
      add(bytes.toString('hex'), PatternKind.hex)
      add(bytes.toString('hex').toUpperCase(), PatternKind.hex)
    }
    if ((forms & Forms.rare) !== 0) {
      for (let at = 0; at < bytes.length; at += NUMBERS)
        add(bytes.subarray(at, at + NUMBERS).join(' '), PatternKind.decimal)
      for (const form of innerBase64Forms(Buffer.from(spelling, 'utf16le'))) add(form, PatternKind.base64)
    }
  }
  return patterns
}

/** A public text as it stands, escaped in any way. Longer ones are looked for in pieces that overlap by half. */
export function keptPatterns(text: string): readonly Pattern[] {
  const bytes = Buffer.from(text)
  const size = 1024
  const patterns: Pattern[] = []
  for (let at = 0; at === 0 || at + size / 2 < bytes.length; at += size / 2)
    patterns.push({ bytes: bytes.subarray(at, at + size), kind: PatternKind.raw })
  return patterns
}

/** The text, composed and decomposed, and as a terminal or a log shows it that knows ASCII only. */
function spellingsOf(text: string): ReadonlySet<string> {
  const spellings = new Set([text, text.normalize('NFC'), text.normalize('NFD')])
  const foreign = /[^\0-\x7f]/gu
  const plain = text.replace(foreign, '')
  if (plain.length >= SHORTEST && plain.length * 2 >= text.length) {
    spellings.add(text.replace(foreign, '?'))
    spellings.add(text.replace(/[^\0-\xff]/gu, '?'))
    spellings.add(text.replace(foreign, (character) => '?'.repeat(Buffer.byteLength(character))))
    spellings.add(text.replace(foreign, '\ufffd'))
    spellings.add(text.replace(foreign, (character) => '\ufffd'.repeat(Buffer.byteLength(character))))
  }
  return spellings
}

/** How a text stands in JSON, which is often encoded as a whole. */
function jsonTexts(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return [json, json.replace(/[\u0080-\uffff]/g, unicode)]
}

/** Base64 with its padding, in the two alphabets. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [bytes.toString('base64'), bytes.toString('base64url')]
}

/**
 * Base64 at the three places that a value can have within a longer text that was encoded as a whole: of each only the
 * characters that the value alone decides. The runner does the same (ValueEncoders.cs).
 */
function* innerBase64Forms(bytes: Buffer): Generator<string> {
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
    const from = Math.ceil((shift * 8) / 6)
    const to = Math.floor(((shift + bytes.length) * 8) / 6)
    const form = shifted.toString('base64').slice(from, to)
    yield form
    if (/[+/]/.test(form)) yield form.replaceAll('+', '-').replaceAll('/', '_')
  }
}

/** Pieces that make up the whole: of the same size, but for the last two. Each begins with an even byte. */
function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let at = 0
  for (; bytes.length - at > 2 * PIECE; at += PIECE) yield bytes.subarray(at, at + PIECE)
  const middle =
    bytes.length - at > LONGEST_PIECE ? at + 2 * Math.ceil((bytes.length - at) / 4) : bytes.length
  yield bytes.subarray(at, middle)
  if (middle < bytes.length) yield bytes.subarray(middle)
}
