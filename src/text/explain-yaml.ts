/**
 * Our words for those codes of the YAML parser whose messages quote the document: a tag, an alias or a text there may be a
 * password that lacks its quotes. The messages of the other codes are fixed sentences.
 */
const words: Readonly<Record<string, string>> = {
  BAD_ALIAS:
    'The alias (*) or anchor (&) has no allowed name, or the alias has no anchor before it; put a text that begins so in quotes',
  BAD_DIRECTIVE: 'A directive (%) is not known or not complete',
  BAD_DQ_ESCAPE: 'Invalid escape sequence in a text in double quotes',
  BAD_SCALAR_START: 'A text without quotes cannot start with this character',
  IMPOSSIBLE: 'Something stands here that cannot be read',
  RESOURCE_EXHAUSTION: 'It takes too much to be read',
  TAG_RESOLVE_FAILED:
    'Unresolved tag (!), or a value that its tag does not allow; put a text that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'Something stands here that is not expected; is a quote, a bracket or an indent missing?',
}

const fixed: ReadonlySet<string> = new Set([
  'ALIAS_PROPS',
  'BAD_COLLECTION_TYPE',
  'BAD_INDENT',
  'BAD_PROP_ORDER',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'DUPLICATE_KEY',
  'KEY_OVER_1024_CHARS',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_DOCS',
  'MULTIPLE_TAGS',
  'NON_STRING_KEY',
  'TAB_AS_INDENT',
])

/** What an error or warning of the parser `yaml` says, without anything of the document. Pure. */
export function explainYaml({ code, message }: { readonly code: string; readonly message: string }): string {
  return words[code] ?? (fixed.has(code) ? message : 'This is no YAML that can be read')
}

/** Whether a line has the braces of Helm, which no manifest has when it is rendered. Pure. */
export function looksLikeTemplate(line: string): boolean {
  return line.includes('{{')
}

export const TEMPLATE_HINT = 'this looks like a template of Helm; name its chart'
