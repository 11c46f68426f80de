/** Parameters of URLs that hold a secret, by their names. */
const secretName =
  /password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|signature|^(?:sig|key|pass|auth)$/i

/**
 * A text of a configuration or an input as an error may show it: with `***` in the place of a login in a URL, and of what
 * its parameters hold by their names. In doubt more is hidden. Pure.
 */
export function hideLogins(text: string): string {
  return text
    .split(/([\s"'])/)
    .map(hideInWord)
    .join('')
}

function hideInWord(word: string): string {
  const [first = '', ...others] = word.split('//')
  const isPlain = others.length === 0
  const shown = [
    // `user:password@host`, as scp and people write it.
    isPlain && first.includes('@') && first.includes(':') ? hideLogin(first) : first,
    ...others.map(hideLogin),
  ].join('//')
  return shown
    .split(/([?&;])/)
    .map((part, index, parts) => (index === 0 ? part : hideParameter(part, parts[index - 1] ?? '')))
    .join('')
}

function hideLogin(address: string): string {
  const at = address.lastIndexOf('@')
  return at === -1 ? address : `***${address.slice(at)}`
}

function hideParameter(part: string, before: string): string {
  const [name = '', value] = part.split('=', 2)
  return /^[?&;]$/.test(before) && value !== undefined && secretName.test(name) ? `${name}=***` : part
}
