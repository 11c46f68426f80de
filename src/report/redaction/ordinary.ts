import { isIP } from 'node:net'
import { isSecretName } from './secret-name.ts'
import { isOwnWord } from './vocabulary.ts'

/** What an ordinary value is, in words for the log. */
export type Ordinary = 'a short number' | 'a word of our own' | 'a word' | 'an address'

/** A number of so many digits is a secret. */
const SECRET_DIGITS = 8
/** Longer values are no names or addresses that anybody writes by hand. Characters. */
const LONGEST = 200
/** Words of one name, as in `eu-central-1`. More of them may be a passphrase. */
const NAME_WORDS = 3

/**
 * What needs no hiding whatever its name says: hiding it would change numbers and words everywhere, and protect nothing.
 */
export function findPlain(value: string): Ordinary | undefined {
  const text = value.trim()
  if (text.length > LONGEST) return undefined
  if (isShortNumber(text)) return 'a short number'
  return isOwnWord(text) ? 'a word of our own' : undefined
}

/**
 * What is configuration by its form: a word, a name of few words, an address, a list of these. Only to be asked for a value
 * whose name does not say that it is secret: `postgres` may be a password. What has letters and digits mixed, a login, or
 * more words than a name has, is not ordinary.
 */
export function findOrdinary(value: string): Ordinary | undefined {
  const plain = findPlain(value)
  if (plain !== undefined) return plain
  const text = value.trim()
  if (text === '' || text.length > LONGEST) return undefined
  if (isName(text)) return 'a word'
  const items = text.split(/[,;] ?/)
  return items.every((item) => isAddress(item) || isName(item) || isShortNumber(item))
    ? 'an address'
    : undefined
}

/**
 * Whether a value is so long and so irregular that nobody would write it by hand: a token and no word. In a public text
 * it is a secret that is known by now.
 */
export function looksRandom(value: string): boolean {
  const text = value.trim()
  if (text.length < 12) return false
  return !text.split(/[^A-Za-z0-9]/).every((part) => part === '' || isPart(withoutNumber(part)))
}

/** `5432`, `-1`, `0.75`, `30s`, `512Mi`, `1.2.3`. */
function isShortNumber(text: string): boolean {
  if (isIP(text) !== 0 || !/^[-+]?v?\d[\d._]*(?:%|ms|[smhdw]|[kKMGT]i?B?|B)?$/.test(text)) return false
  return text.replaceAll(/\D/g, '').length < SECRET_DIGITS
}

/** `info`, `Production`, `PostgreSQL`, `eu-central-1`, `en_US.UTF-8`, `application/json`, `org.acme.api.Main`. */
function isName(text: string): boolean {
  const runs = text.split(/[./]/)
  if (runs.length > 6 || !/^[A-Za-z]/.test(text)) return false
  return runs.every((run) => {
    const words = run.split(/[-_]/)
    return words.length <= NAME_WORDS && words.every(isPart)
  })
}

/** A word, written in the ways that words are written in, or a number that stands beside one. */
function isPart(text: string): boolean {
  if (/^v?\d{1,4}$/.test(text)) return true
  if (text.length > 30 || !/^[A-Za-z]+$/.test(text)) return false
  const humps = text.split(/(?<=[a-z])(?=[A-Z])/)
  // A word has vowels, and capitals only where it begins; what is thrown together has them anywhere.
  return (
    (humps.length === 1 || humps.length <= text.length / 2.5) &&
    humps.every((hump) => /^[A-Z]?[a-z]*$|^[A-Z]{1,15}$|^[A-Z]{2,8}[a-z]{2,}$/.test(hump)) &&
    !/[^aeiouy]{6}/i.test(text)
  )
}

function isAddress(text: string): boolean {
  if (isIP(text) !== 0) return true
  const at = text.indexOf('@')
  if (at >= 0)
    return !text.slice(0, at).includes('/') && isName(text.slice(0, at)) && isHost(text.slice(at + 1))
  const scheme = /^(?:[a-z][a-z\d+.-]{0,20}:){1,2}\/\//.exec(text)?.[0]
  const rest = text.slice(scheme?.length ?? 0)
  const [path = '', query, ...more] = rest.split('?')
  if (more.length > 0 || (query !== undefined && !isPlainQuery(query))) return false
  const [host = '', ...segments] = path.split('/')
  const isLocal = host === '' || host === '.' || host === '~'
  if (isLocal ? segments.length === 0 : !isHost(host, scheme !== undefined)) return false
  return segments.every((segment) => segment === '' || isName(segment) || isShortNumber(segment))
}

/** `db:5432`, `10.0.0.7:80`, `*.example.com`, `node01.internal`; a word alone only after a scheme. */
function isHost(text: string, isAloneEnough = false): boolean {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1]
  if (bracketed !== undefined) return isIP(bracketed) !== 0
  const parts = /^(?<any>\*?\.)?(?<name>[^:/]+)(?<port>:\d{1,5})?$/.exec(text)?.groups
  if (parts?.name === undefined) return false
  if (isIP(parts.name) !== 0) return true
  const labels = parts.name.split('.')
  const isAlone = labels.length === 1 && parts.port === undefined && parts.any === undefined
  if (isAlone && !isAloneEnough) return false
  return labels.every((label) => label.split('-').every((part) => isPart(withoutNumber(part))))
}

/** `db01` → `db`: machines and zones are numbered. */
function withoutNumber(part: string): string {
  return part.replace(/\d{1,3}$/, '') || part
}

function isPlainQuery(query: string): boolean {
  return query.split('&').every((pair) => {
    const [name = '', value = '', ...more] = pair.split('=')
    return more.length === 0 && !isSecretName(name) && (value === '' || isName(value) || isShortNumber(value))
  })
}
