/**
 * Characters that nobody sees and that change how text runs or reads: controls, format characters (bidirectional,
 * zero-width, tags), line separators, halves of characters. Tabs and line feeds are left to the functions below.
 */
const invisible = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu

/**
 * Text from outside as inline Markdown: it can make no link, image, mention, issue reference, formula, heading, table
 * cell or HTML. For one line; line breaks become spaces.
 */
export function escapeInline(text: string): string {
  return (
    oneLine(text)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*_{}[\]()+!|~$]/g, (character) => `\\${character}`)
      // GitHub looks for the rest in the rendered text, where an escape no longer shows.
      .replace(/#(\d?)/g, (_, digit: string) => (digit === '' ? '\\#' : `#&#8203;${digit}`))
      .replace(/@/g, '@&#8203;')
      .replace(/:\/\//g, ':&#8203;//')
      .replace(/(www)\./gi, '$1&#8203;.')
  )
}

/** Text as a code span, in a table cell too. */
export function codeSpan(text: string): string {
  const line = oneLine(text)
  if (line.trim() === '') return ''
  // A pipe ends a table cell even in a code span, where an escape would show outside of a table.
  if (line.includes('|')) return `<code>${escapeInline(line)}</code>`
  const fence = '`'.repeat(longestRun(line, '`') + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Text as a fenced block that nothing in it can end. */
export function codeBlock(text: string, language = ''): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(invisible, '')
  const fence = '`'.repeat(Math.max(3, longestRun(clean, '`') + 1))
  return `${fence}${language}\n${clean}\n${fence}`
}

/** A URL of http or https as a link that shows itself; anything else as a code span. */
export function linkTo(url: string): string {
  const parsed = URL.parse(url)
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:'
  const plain =
    isWeb && parsed.username === '' && parsed.password === '' && /^[\w\-.~:/?#@%&=+,;]+$/.test(parsed.href)
  return plain ? `<${parsed.href}>` : codeSpan(url)
}

/** Text as a label of a Mermaid diagram: an allow-list of characters, at most 60. */
export function mermaidLabel(text: string): string {
  const allowed = text.replace(/[^\p{L}\p{N} ._/-]/gu, ' ').replace(/\s+/g, ' ')
  return Array.from(allowed.trim()).slice(0, 60).join('').trim()
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, ' ').replace(invisible, '')
}

function longestRun(text: string, character: string): number {
  let longest = 0
  let run = 0
  for (const each of text) {
    run = each === character ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
