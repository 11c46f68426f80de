import { Lexer } from 'yaml'
import type { Problem } from './problem.ts'

/** Limits that no configuration comes near, and that keep the parser fast (threat T14). */
export const limits = {
  bytes: 1_048_576,
  tokens: 50_000,
  /** `[` and `{` inside each other. */
  flow: 32,
  /** The column, from 1, at which a `-` or `?` begins; blocks inside each other move it to the right. */
  column: 200,
  /** Anchors and tags. */
  properties: 500,
} as const

/**
 * Looks at the tokens only, before anything recursive sees the text: brackets 20,000 deep would overflow the parser's
 * stack, and very many keys or anchors take it seconds.
 */
export function checkSize(text: string): Problem | undefined {
  let line = 1
  let column = 1
  let flow = 0
  let tokens = 0
  let properties = 0
  for (const token of new Lexer().lex(text)) {
    const first = token[0]
    if (token === '[' || token === '{') flow += 1
    else if (token === ']' || token === '}') flow -= 1
    else if (first === '&' || first === '!') properties += 1
    tokens += 1
    const right = (token === '-' || token === '?') && column > limits.column
    if (flow > limits.flow || right) return { line, text: 'the values are nested too deeply' }
    if (tokens > limits.tokens) return { line, text: 'the file has too many keys and values' }
    if (properties > limits.properties)
      return { line, text: `more than ${limits.properties} anchors and tags` }
    const lastBreak = token.lastIndexOf('\n')
    if (lastBreak === -1) column += markers.has(token) ? 0 : token.length
    else {
      line += token.split('\n').length - 1
      column = token.length - lastBreak
    }
  }
  return undefined
}

/** Tokens of the lexer that stand for no text of the file: byte order mark, start of a document, of a scalar, end of flow. */
const markers = new Set(['\u{FEFF}', '\u0002', '\u0018', '\u001f'])
