import { Lexer } from 'yaml'
import { limits } from './limits.ts'

/** What is wrong with a text before it is parsed, with its line. */
export interface TextProblem {
  /** From 1. */
  readonly line: number
  readonly text: string
}

export const TOO_DEEP = `lists and mappings are nested more than ${limits.depth} deep`

/**
 * Looks at the tokens only, before anything recursive or quadratic sees the text: 20,000 open brackets overflow a
 * parser's stack, and as many anchors take it seconds. Undefined when the text can be parsed. Pure.
 */
export function checkText(text: string): TextProblem | undefined {
  return isPlain(text) ? undefined : checkTokens(text)
}

/** Of a text that is longer the tokens are looked at in any case: those of one character and what marks them. */
const PLAIN_LENGTH = limits.tokens / 10
const PLAIN_LINE = limits.lineTokens / 4

/**
 * Whether a text is so short and so flat that its tokens cannot be too many or too deep, as nearly all manifests are: a
 * glance at its characters takes a fiftieth of the time that its tokens take. False says nothing. Pure.
 */
export function isPlain(text: string): boolean {
  if (text.length > PLAIN_LENGTH) return false
  let lineStart = 0
  let signs = 0
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '\n':
        if (at - lineStart > PLAIN_LINE) return false
        lineStart = at + 1
        signs = 0
        break
      // Of a pair without anything in it both are brackets, or none is: whatever quotes, comments and the like hold.
      case '[':
        if (text.charAt(at + 1) !== ']') return false
        at += 1
        break
      case '{':
        if (text.charAt(at + 1) !== '}') return false
        at += 1
        break
      case ']':
      case '}':
        return false
      case '-':
      case '?':
      case ':':
      case '&':
      case '*':
      case '!':
        signs += 1
        if (signs > limits.depth) return false
        break
    }
  }
  return text.length - lineStart <= PLAIN_LINE
}

/** What the tokens say, one after the other. */
export function checkTokens(text: string): TextProblem | undefined {
  let line = 1
  /** Brackets that are open. */
  let nesting = 0
  /** What nests without brackets, on this line: `- - x`, `a: b: c`, `&a &a x`. */
  let signs = 0
  let references = 0
  let tokens = 0
  let onLine = 0
  let document = 0
  for (const token of new Lexer().lex(text)) {
    const [first = ''] = token
    tokens += 1
    onLine += nesting > 0 ? 0 : 1
    if (token === '[' || token === '{') nesting += 1
    else if (token === ']' || token === '}') nesting -= 1
    else if (token.length === 1 && '-?:'.includes(token)) signs += nesting > 0 ? 0 : 1
    else if ('&*!'.includes(first)) {
      references += 1
      signs += nesting > 0 ? 0 : 1
    }
    document = token === '---' ? 0 : document + token.length
    if (token.length > limits.wordLength)
      return { line, text: `there is a text of more than ${limits.wordLength} characters` }
    if (document > limits.documentLength)
      return { line, text: `a document has more than ${limits.documentLength} characters` }
    if (nesting > limits.depth || signs > limits.depth) return { line, text: TOO_DEEP }
    if (nesting < 0) return { line, text: `a ${token} without its beginning` }
    if (references > limits.references)
      return { line, text: `there are more than ${limits.references} anchors, aliases and tags` }
    if (onLine > limits.lineTokens)
      return { line, text: `there are more than ${limits.lineTokens} words and signs on a line` }
    if (tokens > limits.tokens) return { line, text: `there are more than ${limits.tokens} words and signs` }
    for (let end = token.indexOf('\n'); end !== -1; end = token.indexOf('\n', end + 1)) {
      line += 1
      signs = 0
      onLine = 0
    }
  }
  return undefined
}
