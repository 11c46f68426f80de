/** Characters that change how text runs or hides: bidirectional controls, zero-width ones, and other controls. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/**
 * Text from outside as inline Markdown: it can make no link, image, mention, heading, table cell or HTML. For one line;
 * line breaks become spaces.
 */
export function escapeInline(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(invisible, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, (character) => `\\${character}`)
    .replace(/@/g, '@&#8203;')
    .replace(/\b(https?|ftp):\/\//gi, '$1:&#8203;//')
    .replace(/\bwww\./gi, 'www&#8203;.')
}

/** Text as a code span; its fence is longer than any run of backticks in it. Safe in a table cell. */
export function codeSpan(text: string): string {
  const line = text.replace(/[\r\n\t]+/g, ' ').replace(invisible, '')
  if (line.trim() === '') return ''
  const fence = '`'.repeat(longestRun(line, '`') + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  // A pipe ends a table cell even in a code span, unless it is escaped.
  return `${fence}${pad}${line.replace(/\|/g, '\\|')}${pad}${fence}`
}

/** Text as a fenced block that nothing in it can end. */
export function codeBlock(text: string, language = ''): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(invisible, '')
  const fence = '`'.repeat(Math.max(3, longestRun(clean, '`') + 1))
  return `${fence}${language}\n${clean}\n${fence}`
}

/** Text as a label of a Mermaid diagram: an allow-list of characters, at most 60. */
export function mermaidLabel(text: string): string {
  return text
    .replace(/[^\p{L}\p{N} ._/-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
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
