import { cut } from '../../../../text/index.ts'

const MAX_LENGTH = 120

/** A value on one line, cut where it is long; control characters are written as escapes. */
export function renderValue(value: unknown): string {
  if (value === undefined) return ''
  const plain = typeof value === 'string' && /^[\w./:@-]+$/.test(value)
  return escape(cut(plain ? value : JSON.stringify(value), MAX_LENGTH))
}

/** A line of a text, as it is but for its control characters. */
export function renderLine(line: string): string {
  return escape(cut(line, MAX_LENGTH))
}

/** Control and format characters, of which some turn the direction of text round. */
function escape(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
