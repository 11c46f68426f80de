import { SHORTEST } from './secret-forms.ts'

const HASH_BITS = 18
/** Knuth's multiplicative hash: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1

export interface FormMatch {
  /** Length of the longest form that is here, in bytes; 0 for none. */
  readonly length: number
  /** Whether the bytes end within a form that could still turn out to be here. */
  readonly open: boolean
}

/**
 * The forms of all secrets, found by their first four bytes. One table of flags, asked at every byte of a text, sorts
 * out nearly all places; this is what makes the search fast, however many forms there are.
 */
export class FormIndex {
  readonly #flags = new Uint8Array(1 << HASH_BITS)
  readonly #byStart = new Map<number, Uint8Array[]>()
  /** The first one, two and three bytes of every form, for the end of a text. */
  readonly #starts = new Set<string>()
  readonly #known = new Set<string>()

  add(form: string): void {
    const bytes = Buffer.from(form)
    if (bytes.length < SHORTEST || this.#known.has(form)) return
    this.#known.add(form)
    const start = bytes.readUInt32BE(0)
    this.#flags[hash(start)] = 1
    const others = this.#byStart.get(start)
    if (others === undefined) this.#byStart.set(start, [bytes])
    else others.push(bytes)
    for (const length of [1, 2, 3]) this.#starts.add(bytes.toString('latin1', 0, length))
  }

  get isEmpty(): boolean {
    return this.#known.size === 0
  }

  /** The first place from `from` on where a form is or could begin; the length of the bytes when there is none. */
  next(bytes: Uint8Array, from: number): number {
    const flags = this.#flags
    const end = bytes.length - SHORTEST + 1
    let window = 0
    for (let at = from; at < Math.min(from + SHORTEST - 1, bytes.length); at += 1) {
      window = (window << 8) | (bytes[at] ?? 0)
    }
    for (let at = from; at < end; at += 1) {
      window = (window << 8) | (bytes[at + SHORTEST - 1] ?? 0)
      if (flags[Math.imul(window, MULTIPLIER) >>> (32 - HASH_BITS)] === 1 && this.#byStart.has(window >>> 0))
        return at
    }
    for (let at = Math.max(from, end, 0); at < bytes.length; at += 1) {
      if (this.#starts.has(latin1(bytes, at))) return at
    }
    return bytes.length
  }

  /** What is at one place of the bytes. */
  at(bytes: Uint8Array, at: number): FormMatch {
    const left = bytes.length - at
    if (left < SHORTEST) return { length: 0, open: this.#starts.has(latin1(bytes, at)) }
    const start = new DataView(bytes.buffer, bytes.byteOffset + at, SHORTEST).getUint32(0)
    let length = 0
    let open = false
    for (const form of this.#byStart.get(start) ?? []) {
      if (form.length <= length) continue
      const compared = Math.min(form.length, left)
      if (!isEqual(form, bytes, at, compared)) continue
      if (compared < form.length) open = true
      else length = form.length
    }
    return { length, open }
  }
}

function hash(start: number): number {
  return Math.imul(start, MULTIPLIER) >>> (32 - HASH_BITS)
}

function latin1(bytes: Uint8Array, from: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.length - from).toString('latin1')
}

function isEqual(form: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  for (let at = SHORTEST; at < length; at += 1) {
    if (form[at] !== bytes[from + at]) return false
  }
  return true
}
