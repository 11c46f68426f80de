import { joinLines } from './join-lines.ts'
import { openRedaction, redactText } from './redaction.ts'

/**
 * A text from outside within a limit of characters (UTF-16 units), the `…` at its end included. This is the only way in
 * which such a text may be shortened, and the linter refuses others: half a secret is one that no redactor recognises, so
 * secrets go before the cut. No character is split.
 */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const safe = redactText(text)
  return safe.length <= limit ? safe : `${begin(safe, limit - 1)}…`
}

/** The same at the end of a word, for lines of a log. */
export function cutAtWord(text: string, limit: number): string {
  if (text.length <= limit) return text
  const safe = redactText(text)
  return safe.length <= limit ? safe : `${withoutLastWord(begin(safe, limit))}…`
}

/** The text on one line, its white space made single spaces. A secret may have some: so it goes before that too. */
export function oneLine(text: string, limit: number): string {
  return cut(redactText(text).replace(/\s+/g, ' ').trim(), limit)
}

/** The lines of a text as one, with something in the place of line ends; white space inside a line stays as it is. */
export function cutLines(text: string, limit: number, separator = ' '): string {
  return cut(joinLines(redactText(text), separator), limit)
}

/**
 * A text that somebody else has cut at its end, without what may be the first half of a secret there.
 */
export function withoutBrokenEnd(text: string): string {
  return Buffer.from(openRedaction().push(Buffer.from(text))).toString('utf8')
}

function begin(text: string, length: number): string {
  // eslint-disable-next-line local/no-bare-cut -- this is the function that cuts
  return text.slice(0, Math.max(0, length)).replace(/[\ud800-\udbff]$/, '')
}

function withoutLastWord(line: string): string {
  let end = line.length
  while (end > 0 && line.charAt(end - 1).trim() !== '') end -= 1
  // eslint-disable-next-line local/no-bare-cut -- the text is redacted
  return line.slice(0, end)
}
