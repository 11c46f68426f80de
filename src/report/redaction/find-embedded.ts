const MOST_LEAVES = 10_000
const MOST_DEPTH = 64
/** Settings that are not named like a secret count when they are long, and no plain word. */
const LONG_SETTING = 8

const secretName = /pass|pwd|secret|token|key|credential|auth|private|signature|dsn/i

/**
 * The values within a structured value that are secret for themselves:
 *
 * - every text leaf of a JSON text;
 * - where every line is `NAME=value` or `name: value` (blank lines and comments aside): values whose name says that they are
 *   secret, and others of 8 characters and more that are not a plain word. Settings hold much that is no secret;
 * - the password of an address, `scheme://user:password@host`, as it stands and decoded, and of a parameter of one.
 */
export function findEmbedded(value: string): readonly string[] {
  const leaves = findLeaves(value)
  return [...(leaves ?? findSettings(value)), ...findPasswords(value)]
}

/** Undefined where the text is not JSON. */
function findLeaves(text: string): readonly string[] | undefined {
  if (!/^\s{0,100}["[{]/.test(text)) return undefined
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return undefined
  }
  const leaves: string[] = []
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }]
  for (let each = open.pop(); each !== undefined && leaves.length < MOST_LEAVES; each = open.pop()) {
    const { value, depth } = each
    if (typeof value === 'string') leaves.push(value)
    else if (typeof value === 'object' && value !== null && depth < MOST_DEPTH)
      for (const inner of Object.values(value)) open.push({ value: inner, depth: depth + 1 })
  }
  return leaves
}

function findSettings(text: string): readonly string[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith(';') && line !== '---')
  const settings: string[] = []
  for (const line of lines) {
    const [, name = '', setting = ''] =
      /^(?:export )?(?:- )?"?([\w.-]{1,128})"?(?: ?= ?|: |:$|=$)(.*)$/.exec(line) ?? []
    if (name === '') return []
    const bare = withoutQuotes(setting.trim())
    const isOrdinary = bare.length < LONG_SETTING || /^(?:[a-z]+|[A-Z]+|[\d.]+)$/.test(bare)
    if (secretName.test(name) || !isOrdinary) settings.push(bare)
  }
  return settings
}

function withoutQuotes(text: string): string {
  const quote = text[0]
  if (text.length < 2 || (quote !== '"' && quote !== "'") || text.at(-1) !== quote) return text
  const inner = text.slice(1, -1)
  return quote === "'" ? inner.replaceAll("''", "'") : inner.replace(/\\(["\\$`])/g, '$1')
}

function findPasswords(text: string): readonly string[] {
  const found: string[] = []
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const [, password = ''] =
      /^[^\s:/?#@"']{0,256}:([^\s/?#"']{1,1024})@/.exec(text.slice(at + 3, at + 1300)) ?? []
    found.push(password)
  }
  for (const [, password = ''] of text.matchAll(
    /[?&; ](?:password|passwd|pwd|secret|token|access_key|accountkey|sharedaccesskey) ?= ?([^&;\s"']{1,1024})/gi,
  ))
    found.push(password)
  return found.filter((each) => each !== '').flatMap((each) => [each, decoded(each)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
