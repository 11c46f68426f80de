import { PatternKind, type Pattern, type PatternAutomaton } from './pattern-automaton.ts'
import { TokenKind, TokenReader } from './token-reader.ts'

/** How many bytes the filter looks at together. */
const WINDOW = 4
/** Where all patterns have as many bytes, every fourth place is enough: one of them is in the beginning of a pattern. */
const LONG = 2 * WINDOW - 1
/** Knuth's multiplicative hash: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1
const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const ESCAPE = 0x1b
const BACKSLASH = 0x5c
const NUMBERS = PatternKind.hex | PatternKind.decimal

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
  /** How many bytes of a pattern are surely seen: 4, or 7 where all patterns are long. */
  readonly #beginning: number
  /** Bytes with which an escaped character, or something that may stand within a pattern, begins. */
  readonly #special = new Uint8Array(256)

  /** Bytes that are in the beginning of any pattern. */
  readonly #starts = new Uint8Array(256)

  constructor(patterns: readonly Pattern[], automaton: PatternAutomaton) {
    this.#automaton = automaton
    const keys = new Set<number>()
    const starts = this.#starts
    const isLong = patterns.every(({ bytes }) => bytes.length >= LONG)
    this.#beginning = isLong ? LONG : WINDOW
    for (const pattern of patterns) {
      for (const text of beginningsOf(pattern)) {
        for (let at = 0; at + WINDOW <= this.#beginning; at += 1) keys.add(text.readInt32BE(at))
      }
      for (const byte of pattern.bytes.subarray(0, this.#beginning)) starts[byte] = 1
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
  }

  /**
   * The first place from `from` on where a pattern could begin. Near the end of the bytes every place is one.
   */
  next(bytes: Uint8Array, from: number): number {
    return this.#beginning === LONG ? this.#nextOfFour(bytes, from) : this.#nextOfEach(bytes, from)
  }

  #nextOfEach(bytes: Uint8Array, from: number): number {
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
    return this.#lastPlace(bytes, from, end)
  }

  #nextOfFour(bytes: Uint8Array, from: number): number {
    const flags = this.#flags
    const special = this.#special
    const shift = this.#shift
    const end = bytes.length - LONG + 1
    let at = from
    for (; at < end; at += WINDOW) {
      const first = bytes[at] ?? 0
      const second = bytes[at + 1] ?? 0
      const third = bytes[at + 2] ?? 0
      const fourth = bytes[at + 3] ?? 0
      const window = (first << 24) | (second << 16) | (third << 8) | fourth
      const flag = flags[Math.imul(window, MULTIPLIER) >>> shift] ?? 0
      const isSpecial =
        (special[first] ?? 0) | (special[second] ?? 0) | (special[third] ?? 0) | (special[fourth] ?? 0)
      if ((flag | isSpecial) === 0) continue
      const known = flag === 1 && this.#keys.has(window)
      let place = at
      if (!known) {
        while (place < at + WINDOW && (special[bytes[place] ?? 0] === 0 || this.#isNothing(bytes, place)))
          place += 1
        if (place === at + WINDOW) continue
      }
      this.sureUntil = known ? at + WINDOW : place + 1
      return Math.max(from, known ? at - WINDOW + 1 : place - LONG + 1)
    }
    return this.#lastPlace(bytes, from, at - WINDOW + 1)
  }

  /** Near the end every place is one; before what is special there, too. */
  #lastPlace(bytes: Uint8Array, from: number, end: number): number {
    this.sureUntil = bytes.length
    const rest = Math.max(from, end)
    for (let at = rest; at < bytes.length; at += 1)
      if (this.#special[bytes[at] ?? 0] === 1) return Math.max(from, at - this.#beginning + 1)
    return Math.min(rest, bytes.length)
  }

  /**
   * Whether what begins with a special byte is surely not part of a beginning: whatever it stands for, what stands before
   * it, it, and the two bytes after it are not three bytes of a beginning.
   */
  #isNothing(bytes: Uint8Array, at: number): boolean {
    const byte = bytes[at] ?? 0
    if (byte === LINE_FEED) return bytes[at - 1] === RETURN || this.#isLineNothing(bytes, at, at + 1)
    if (byte === RETURN) return this.#isLineNothing(bytes, at, bytes[at + 1] === LINE_FEED ? at + 2 : at + 1)
    if (byte !== BACKSLASH && isPlain(byte, bytes[at + 1] ?? 0, bytes[at - 1] ?? 0)) return true
    const reader = this.#reader
    reader.read(bytes, at, false)
    if (reader.isOpen) return false
    let before = -1
    for (let token = 0; token < reader.count; token += 1) {
      const value = reader.values[token] ?? 0
      const isSkip = reader.kinds[token] === TokenKind.skip
      if (value >= 0x80 || (value === LINE_FEED && !isSkip)) return false
      if (!isSkip && this.#starts[value] === 0) continue
      if (before < 0) before = this.#before(bytes, at)
      const node = isSkip ? before : this.#automaton.step(before, value)
      if (this.#goesOn(bytes, reader.ends[token] ?? 0, node, false)) return false
    }
    return true
  }

  /** The end of a line: what is wrapped or folded can go on after it, numbers also after a comma. */
  #isLineNothing(bytes: Uint8Array, at: number, end: number): boolean {
    const last = bytes[at - 1] ?? 0
    if (isSeparator(last)) {
      const numbers = this.#before(bytes, at - 1)
      if (((this.#automaton.kinds[numbers] ?? 0) & NUMBERS) !== 0) return false
    }
    const before = this.#before(bytes, at)
    if (before === 0) return true
    return ![before, this.#automaton.step(before, SPACE), this.#automaton.step(before, LINE_FEED)].some(
      (node) => this.#goesOn(bytes, end, node, true),
    )
  }

  /** The node that the bytes before a place lead to. */
  #before(bytes: Uint8Array, at: number): number {
    let node = 0
    for (let place = Math.max(0, at - this.#beginning + 1); place < at; place += 1)
      node = this.#automaton.step(node, bytes[place] ?? 0)
    return node
  }

  /** Whether three bytes of a beginning could be seen after what leads to a node and at most two bytes more. */
  #goesOn(bytes: Uint8Array, at: number, from: number, isLine: boolean): boolean {
    if (from === 0) return false
    const { depth, kinds } = this.#automaton
    let node = from
    for (let place = at; place < at + 2; place += 1) {
      if ((depth[node] ?? 0) > 2 || place >= bytes.length) return true
      const byte = bytes[place] ?? 0
      if (this.#special[byte] === 1 || (isLine && byte <= SPACE)) return true
      if (((kinds[node] ?? 0) & NUMBERS) !== 0 && (isSeparator(byte) || byte === 0x78)) return true
      node = this.#automaton.step(node, byte)
    }
    return (depth[node] ?? 0) > 2
  }
}

/** Whether a special byte stands for itself, by what stands beside it. */
function isPlain(byte: number, next: number, last: number): boolean {
  switch (byte) {
    case 0x22: // " and '
    case 0x27:
      return next !== 0x22 && next !== 0x27 && next !== BACKSLASH && next !== 0x24
    case ESCAPE:
      return next !== 0x5b
    case 0x5b: // [
      return last === ESCAPE || !(isDigit(next) || next === 0x6d || next === 0x4b)
    case 0x25: // %
      return !(isDigit(next) || isLetter(next) || next === 0x25)
    case 0x26: // &
      return next !== 0x23 && !isLetter(next)
    case 0x3d: // =
      return !(isDigit(next) || (next >= 0x41 && next <= 0x46) || next === LINE_FEED || next === 0x0d)
    case 0x5e: // ^ and `
    case 0x60:
      return next <= SPACE || next >= 0x7f || isDigit(next) || isLetter(next)
    default:
      return false
  }
}

function isSeparator(byte: number): boolean {
  return byte === SPACE || byte === 0x09 || byte === 0x2c || byte === 0x3a || byte === 0x2d
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/** The first 7 bytes of a pattern, and of the ways in which its numbers are separated. */
function beginningsOf({ bytes, kind }: Pattern): readonly Buffer[] {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(32, bytes.length))
  const text = start.toString('latin1')
  const texts = [text]
  if (kind === PatternKind.hex) {
    const pairs = text.match(/../g) ?? []
    for (const separator of [':', ' ', '-', '\t', ',', ', ', ',0x', ', 0x', ' 0x', ':0x', '0x'])
      texts.push(pairs.join(separator))
  }
  if (kind === PatternKind.decimal) {
    for (const separator of [',', ', ', ',\n', ',\n ', ',\r', ',\t', '\t', '  ', ' \n'])
      texts.push(text.replaceAll(' ', separator))
  }
  return texts.map((each) => Buffer.from(each.slice(0, LONG), 'latin1'))
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
