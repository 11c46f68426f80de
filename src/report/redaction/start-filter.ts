import { PatternKind, type Pattern, type PatternAutomaton } from './pattern-automaton.ts'
import { TokenKind, TokenReader } from './token-reader.ts'

/** How many bytes of a pattern the filter looks at. */
const WINDOW = 4
/** Knuth's multiplicative hash: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1
const LINE_FEED = 0x0a
const SPACE = 0x20

/**
 * Finds the places of a text where a pattern could begin. One table of flags, asked at every byte, sorts out nearly all of
 * an ordinary text; this is what makes the search fast, however many patterns there are.
 */
export class StartFilter {
  /** After `next`: up to where the search must go on in any case. */
  sureUntil = 0
  readonly #automaton: PatternAutomaton
  readonly #reader = new TokenReader()
  readonly #flags: Uint8Array
  readonly #shift: number
  readonly #keys: KeyTable
  /** Bytes with which an escaped character, or something that may stand within a pattern, begins. */
  readonly #special = new Uint8Array(256)

  /** Bytes after which more must be known: special ones, blanks, and what stands between the numbers of a list. */
  readonly #isUndecided = new Uint8Array(256)

  constructor(patterns: readonly Pattern[], automaton: PatternAutomaton) {
    this.#automaton = automaton
    const keys = new Set<number>()
    const starts = new Uint8Array(256)
    for (const pattern of patterns) {
      for (const key of keysOf(pattern)) keys.add(key)
      for (const byte of pattern.bytes.subarray(0, WINDOW)) starts[byte] = 1
    }
    this.#keys = new KeyTable(keys)
    const bits = Math.min(22, Math.max(15, Math.ceil(Math.log2(keys.size + 1)) + 4))
    this.#flags = new Uint8Array(2 ** bits)
    this.#shift = 32 - bits
    for (const key of keys) this.#flags[Math.imul(key, MULTIPLIER) >>> this.#shift] = 1
    for (const character of '\\%&[^=\x1b\n\r\0') this.#special[character.charCodeAt(0)] = 1
    // GNU tools and shells close and open quotes around what they escape; PowerShell escapes with a back-tick.
    for (const character of `'"\``) this.#special[character.charCodeAt(0)] = 1
    // These stand for themselves, doubled: where no pattern begins with them, they are nothing.
    for (const character of '${}')
      this.#special[character.charCodeAt(0)] = starts[character.charCodeAt(0)] ?? 0
    this.#special[0x2b] = starts[SPACE] ?? 0
    const hasLatin1 = starts[0xc2] === 1 || starts[0xc3] === 1
    if (hasLatin1) this.#special.fill(1, 0x80)
    this.#isUndecided.set(this.#special)
    for (const character of ' \t:-,x') this.#isUndecided[character.charCodeAt(0)] = 1
  }

  /**
   * The first place from `from` on where a pattern could begin. Near the end of the bytes every place is one.
   */
  next(bytes: Uint8Array, from: number): number {
    const flags = this.#flags
    const special = this.#special
    const shift = this.#shift
    const end = bytes.length - WINDOW + 1
    let window = 0
    for (let at = from; at < from + WINDOW - 1; at += 1) window = (window << 8) | (bytes[at] ?? 0)
    for (let at = from; at < end; at += 1) {
      window = (window << 8) | (bytes[at + WINDOW - 1] ?? 0)
      const flag = flags[Math.imul(window, MULTIPLIER) >>> shift] ?? 0
      const isSpecial = special[bytes[at] ?? 0] ?? 0
      if ((flag | isSpecial) === 0) continue
      if (flag === 1 && this.#keys.has(window)) {
        this.sureUntil = at + WINDOW
        return at
      }
      if (isSpecial === 1 && !this.#isNothing(bytes, at)) {
        this.sureUntil = at + 1
        return Math.max(from, at - WINDOW + 1)
      }
    }
    this.sureUntil = bytes.length
    const rest = Math.max(from, end)
    for (let at = rest; at < bytes.length; at += 1)
      if (special[bytes[at] ?? 0] === 1) return Math.max(from, at - WINDOW + 1)
    return Math.min(rest, bytes.length)
  }

  /**
   * Whether what begins with a special byte is surely not part of a beginning: whatever it stands for, what stands before
   * it, it, and the two bytes after it are not three bytes of a beginning.
   */
  #isNothing(bytes: Uint8Array, at: number): boolean {
    const automaton = this.#automaton
    const reader = this.#reader
    const byte = bytes[at] ?? 0
    let before = 0
    for (let place = Math.max(0, at - WINDOW + 1); place < at; place += 1)
      before = automaton.step(before, bytes[place] ?? 0)
    if (byte === LINE_FEED) {
      if (before === 0) return true
      if (this.#goesOn(bytes, at + 1, before)) return false
      const folded = automaton.step(before, SPACE)
      return !this.#goesOn(bytes, at + 1, folded)
    }
    reader.read(bytes, at, false)
    if (reader.isOpen) return false
    for (let token = 0; token < reader.count; token += 1) {
      const end = reader.ends[token] ?? 0
      const value = reader.values[token] ?? 0
      if (value >= 0x80 || value === LINE_FEED) return false
      const node = reader.kinds[token] === TokenKind.skip ? before : automaton.step(before, value)
      if (node !== 0 && this.#goesOn(bytes, end, node)) return false
    }
    return true
  }

  /** Whether three bytes of a beginning could be seen after what leads to a node and at most two bytes more. */
  #goesOn(bytes: Uint8Array, at: number, from: number): boolean {
    if (from === 0) return false
    const { depth } = this.#automaton
    let node = from
    for (let place = at; place < at + 2; place += 1) {
      if ((depth[node] ?? 0) > 2 || place >= bytes.length) return true
      const byte = bytes[place] ?? 0
      if (this.#isUndecided[byte] === 1) return true
      node = this.#automaton.step(node, byte)
    }
    return (depth[node] ?? 0) > 2
  }
}

/** The first bytes of a pattern, and of the ways in which its numbers are separated. */
function keysOf({ bytes, kind }: Pattern): readonly number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(WINDOW, bytes.length)).toString('latin1')
  const texts = [text]
  if (kind === PatternKind.hex) {
    const [first, second] = [text.slice(0, 2), text.slice(2)]
    for (const separator of [':', ' ', '-', '\t', ',', ', ', ',0', ' 0', ':0', '0', '0x'])
      texts.push(`${first}${separator}${second}`)
  }
  if (kind === PatternKind.decimal) {
    for (const separator of [',', ', ', ',\n', ',\n ', ',\r', ',\t', '\t', '  ', ' \n'])
      texts.push(text.replace(' ', separator))
  }
  return texts.map((each) => Buffer.from(each.slice(0, WINDOW), 'latin1').readInt32BE(0))
}

/** A set of 32-bit numbers: open addressing, at most half full. */
class KeyTable {
  readonly #keys: Int32Array
  readonly #used: Uint8Array
  readonly #shift: number

  constructor(keys: ReadonlySet<number>) {
    const bits = Math.max(4, Math.ceil(Math.log2(keys.size * 2 + 1)))
    this.#keys = new Int32Array(2 ** bits)
    this.#used = new Uint8Array(2 ** bits)
    this.#shift = 32 - bits
    for (const key of keys) {
      let slot = Math.imul(key, MULTIPLIER) >>> this.#shift
      while (this.#used[slot] === 1) slot = (slot + 1) & (this.#keys.length - 1)
      this.#keys[slot] = key
      this.#used[slot] = 1
    }
  }

  has(key: number): boolean {
    let slot = Math.imul(key, MULTIPLIER) >>> this.#shift
    while (this.#used[slot] === 1) {
      if (this.#keys[slot] === key) return true
      slot = (slot + 1) & (this.#keys.length - 1)
    }
    return false
  }
}
