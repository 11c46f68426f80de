/** A value within a structured value, and what it is called there. */
export interface NamedPart {
  readonly name: string
  readonly text: string
}

const MOST_PARTS = 10_000
const MOST_DEPTH = 64

/** The texts within a value with their names: of JSON every leaf, of settings (`NAME=value`, `name: value`) every line. */
export function namedParts(value: string): readonly NamedPart[] {
  return findLeaves(value) ?? findSettings(value)
}

/** Undefined where the text is not JSON. A list has the name of its list. */
function findLeaves(text: string): readonly NamedPart[] | undefined {
  const start = text.trimStart()[0]
  if (start !== '{' && start !== '[') return undefined
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return undefined
  }
  const parts: NamedPart[] = []
  const open = [{ name: '', value: root, depth: 0 }]
  for (let each = open.pop(); each !== undefined && parts.length < MOST_PARTS; each = open.pop()) {
    const { name, value, depth } = each
    if (typeof value === 'string') parts.push({ name, text: value })
    else if (typeof value === 'object' && value !== null && depth < MOST_DEPTH)
      for (const [key, inner] of Object.entries(value))
        open.push({ name: Array.isArray(value) ? name : key, value: inner as unknown, depth: depth + 1 })
  }
  return parts
}

/** None where a line is no setting: what is written otherwise is not taken apart. */
function findSettings(text: string): readonly NamedPart[] {
  const parts: NamedPart[] = []
  for (const line of text.split(/\r\n|\r|\n/).slice(0, MOST_PARTS)) {
    const setting = line.trim()
    if (setting === '' || setting.startsWith('#')) continue
    const end = setting.search(/[=:]/)
    const name = setting
      .slice(0, Math.max(end, 0))
      .replace(/^export /, '')
      .trim()
    if (!/^"?[\w.-]{1,128}"?$/.test(name)) return []
    const bare = setting.slice(end + 1).trim()
    parts.push({ name: name.replaceAll('"', ''), text: bare.replace(/^(["'])(.*)\1$/, '$2') })
  }
  return parts
}
