import { X509Certificate } from 'node:crypto'
import { DURATION_FORM, parseDuration } from '../config/parse-duration.ts'
import { hideLogins, redactText } from '../text/index.ts'
import { nearestName } from '../errors/index.ts'
import { listAgeKeys } from './list-secret-inputs.ts'
import { type InputName, inputDefinitions, inputVariable, isSecretInput } from './input-definitions.ts'
import { stripEnd } from '../text/strip-end.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The spellings of YAML 1.2's core schema, which is what `@actions/core` accepts. */
const flags = new Map([
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
])

/** Reads single inputs, and collects what is wrong with them, so that all of it is said at once. */
export class InputReader {
  readonly problems: string[] = []
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  /** Any text, with white space around it removed; undefined when it is absent or empty and has no default. */
  text(name: InputName): string | undefined {
    const given = (this.#env[inputVariable(name)] ?? '').trim()
    const value = given === '' ? inputDefinitions[name].default : given
    return value === '' ? undefined : value
  }

  /** A text of one line, of a form when one is given. */
  line(name: InputName, form?: { readonly pattern: RegExp; readonly allowed: string }): string | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (/\p{Cc}/u.test(value))
      return this.#need<string>(name, undefined, 'one line without control characters')
    return form === undefined
      ? value
      : this.#need(name, form.pattern.test(value) ? value : undefined, form.allowed)
  }

  /**
   * A password: any text, of several lines too, such as a key in JSON. White space around it does not count: a
   * secret that was set from a file often ends with a line end.
   */
  password(name: InputName): string | undefined {
    const value = this.text(name)
    return value?.includes('\0') === true ? this.#need<string>(name, undefined, 'text without NUL') : value
  }

  /** One of a few words; the default is one of them. */
  choice<const Choice extends string>(name: InputName, choices: readonly [Choice, ...Choice[]]): Choice {
    return this.optionalChoice(name, choices) ?? choices[0]
  }

  optionalChoice<const Choice extends string>(
    name: InputName,
    choices: readonly Choice[],
  ): Choice | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    return this.#need(
      name,
      choices.find((each) => each === value),
      choices.join(', '),
    )
  }

  /** `true` or `false`. */
  flag(name: InputName): boolean {
    return this.#need(name, flags.get(this.text(name) ?? 'false'), 'true or false') ?? false
  }

  /** Milliseconds. */
  duration(name: InputName): number {
    return this.#need(name, parseDuration(this.text(name) ?? ''), DURATION_FORM) ?? 0
  }

  /** Words between commas, spaces and line ends. */
  list(name: InputName): readonly string[] | undefined {
    const words = (this.text(name) ?? '').split(/[\s,]+/).filter((word) => word !== '')
    return words.length === 0 ? undefined : words
  }

  /** A path that stays inside the folder that it is relative to. */
  path(name: InputName): string | undefined {
    return this.line(name, {
      pattern: /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\]+$/,
      allowed: 'a relative path without ".."',
    })
  }

  /** The address of a server that credentials are sent to: https, or http on this machine. No trailing slash. */
  serverUrl(name: InputName): string | undefined {
    const url = this.#url(name)
    if (url === undefined) return undefined
    const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
    const fits = url.search === '' && url.hash === '' && (url.protocol === 'https:' || loopback)
    const allowed = 'an https URL without query (http only on this machine)'
    return this.#need(name, fits ? stripEnd(url.href, '/') : undefined, allowed)
  }

  /** An http or https URL that people open. No trailing slash. */
  publicUrl(name: InputName): string | undefined {
    const url = this.#url(name)
    return url && stripEnd(url.href, '/')
  }

  /** One or more certificates in PEM form. */
  certificates(name: InputName): string | undefined {
    const value = this.text(name)?.replaceAll('\r\n', '\n')
    if (value === undefined) return undefined
    const blocks = value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    const fits = blocks.length > 0 && blocks.every(isCertificate)
    const allowed = 'one or more certificates in PEM form (-----BEGIN CERTIFICATE-----)'
    return this.#need(name, fits ? `${value}\n` : undefined, allowed)
  }

  /** A private key; ssh refuses one without its final newline, which trimming has taken. */
  privateKey(name: InputName): string | undefined {
    const value = this.text(name)?.replaceAll('\r\n', '\n')
    if (value === undefined) return undefined
    const fits = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\n[^]+\n-----END [A-Z0-9 ]*PRIVATE KEY-----$/.test(
      value,
    )
    return this.#need(name, fits ? `${value}\n` : undefined, 'a private key (-----BEGIN … PRIVATE KEY-----)')
  }

  /** The identities in a file of age, one on each line; comments, as age-keygen writes them, are left out. */
  ageKeys(name: InputName): readonly string[] {
    const keys = listAgeKeys(this.text(name) ?? '')
    const fits = keys.every((key) => /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{20,4000}$/.test(key))
    return (
      this.#need(name, fits ? keys : undefined, 'age keys (AGE-SECRET-KEY-1…), each on a line of its own') ??
      []
    )
  }

  /** Adds a problem that concerns an input. */
  refuse(name: InputName, problem: string): void {
    this.problems.push(`${name}: ${problem}`)
  }

  #url(name: InputName): URL | undefined {
    const value = this.line(name)
    if (value === undefined) return undefined
    const url = URL.parse(value)
    const fits = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
    return this.#need(name, fits ? url : undefined, 'an http or https URL without a login in it')
  }

  /** The value, or a problem that says what is allowed. A secret is never shown, nor is a text that may hold one. */
  #need<Value>(name: InputName, value: Value | undefined, allowed: string): Value | undefined {
    if (value !== undefined) return value
    const text = this.text(name) ?? ''
    const hidden = isSecretInput(name) || mayHoldSecret(text)
    const meant = hidden ? undefined : nearestName(text, allowed.split(/, | or /))
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    this.refuse(name, `${hidden ? 'this value' : `"${text}"`} is not allowed; allowed is ${allowed}${hint}`)
    return undefined
  }
}

/** What is shown of an input is what people mistype: a word, a path, a time. What may be a secret is not repeated. */
function mayHoldSecret(text: string): boolean {
  return (
    text.length > 100 ||
    /@|\n|BEGIN/.test(text) ||
    redactText(text) !== text ||
    hideLogins(text) !== text ||
    looksRandom(text)
  )
}

/** Tokens of all kinds: long, without a break, of letters and digits. */
function looksRandom(text: string): boolean {
  return /^[\w+/=.-]{16,}$/.test(text) && /\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text)
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).subject !== ''
  } catch {
    return false
  }
}
