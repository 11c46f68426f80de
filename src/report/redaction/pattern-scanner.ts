import { PatternKind, type PatternAutomaton } from './pattern-automaton.ts'
import type { StartFilter } from './start-filter.ts'
import { TokenKind, TokenReader } from './token-reader.ts'
import { TokenTrail } from './token-trail.ts'

/** Places in advance for which ways can wait: more than the longest token. A power of 2. */
const PLACES = 64
/** Ways that are followed at one place. Texts that need more than two are written on purpose. A power of 2. */
const WAYS = 4
/** Tokens in a row that stand for nothing, within a pattern: what is held back has a limit. */
const MOST_SKIPS = 24
/** A byte that stands for itself: no token. */
const RAW = -1
/** From here on a run counts no further: it is longer than every pattern. */
const LONG_RUN = 1 << 20
/** Up to this depth, the filter finds the place as well. */
const SHALLOW = 2

const LINE_FEED = 0x0a
const SPACE = 0x20
const TAB = 0x09
const COMMA = 0x2c
const ZERO = 0x30
const ALL = 0xff
const { base64, hex, decimal } = PatternKind
const ENCODED = base64 | hex | decimal
const NUMBERS = hex | decimal

/** For each byte the kinds of patterns within which it can stand for something else than itself. */
const gates = new Uint8Array(256)
for (let byte = 0x80; byte < 0x100; byte += 1) gates[byte] = ALL
for (const character of '\\%&\x1b[^\'"${}`+=\r\n\0') gates[character.charCodeAt(0)] = ALL
for (const character of ' \t,') gates[character.charCodeAt(0)] = NUMBERS
for (const character of ':-0') gates[character.charCodeAt(0)] = hex

export type Report = (start: number, end: number) => void

/**
 * Finds every place where a pattern stands, whichever of its characters are escaped. At each place of the text it knows the
 * nodes of the automaton that the ways of reading lead to; where nothing has begun, the filter leads to the next place
 * where something could. The time is linear in the text: at each place there are at most 4 nodes and 16 tokens.
 */
export class PatternScanner {
  /** The next place that was not looked at, from the beginning of the text. */
  #cursor: number
  readonly #automaton: PatternAutomaton
  readonly #filter: StartFilter
  readonly #report: Report
  readonly #reader = new TokenReader()
  readonly #trail = new TokenTrail()
  /** The ways that have been read up to each of the next places, by the place's number modulo 64. */
  readonly #counts = new Int32Array(PLACES)
  readonly #nodes = new Int32Array(PLACES * WAYS)
  readonly #runs = new Int32Array(PLACES * WAYS)
  readonly #skips = new Int32Array(PLACES * WAYS)
  readonly #trails = new Int32Array(PLACES * WAYS)
  #waiting = 0
  /** Where the bytes begin in the text; and the same as 32 bits, for what only differences of places are needed. */
  #base = 0
  #low = 0
  /** Before this place of the bytes, the filter is not asked again. */
  #sureUntil = 0
  /** A place before which only blanks stand in its line, after a line that was looked at. 32 bits. */
  #indented = -1
  /** The way that is read on at the moment: its node, and how it came there. */
  #nodeNow = 0
  #trailNow = -1
  #runNow = 0
  #skipsNow = 0

  /** Whether each place is told from its first byte on, though what is before it was told already. */
  readonly #isExact: boolean

  /**
   * @param report is told each place where a pattern stands, from the beginning of the text
   * @param isExact whether each is told whole; or only what is new, which touches what was told before
   */
  constructor(
    automaton: PatternAutomaton,
    filter: StartFilter,
    report: Report,
    from: number,
    isExact: boolean,
  ) {
    this.#isExact = isExact
    this.#automaton = automaton
    this.#filter = filter
    this.#report = report
    this.#cursor = from
  }

  /** Looks at the bytes that are new; those from `holdFrom()` on must be handed over again, with what follows. */
  scan(bytes: Uint8Array, base: number, isEnd: boolean): void {
    this.#base = base
    this.#low = base | 0
    let at = this.#cursor - base
    let from = at
    this.#sureUntil = at
    while (at < bytes.length) {
      if (this.#waiting === 0) {
        at = this.#filter.next(bytes, at)
        from = at
        this.#sureUntil = this.#filter.sureUntil
        if (at >= bytes.length) break
      }
      if (this.#waiting === 1 && this.#counts[(this.#low + at) & (PLACES - 1)] === 1) {
        const after = this.#follow(bytes, at, from)
        if (after !== at) {
          at = after
          continue
        }
      }
      if (!this.#branch(bytes, at, isEnd)) break
      at += 1
    }
    this.#cursor = base + at
  }

  /** The first place that could still become part of a pattern. */
  holdFrom(): number {
    let first = this.#cursor
    if (this.#waiting === 0) return first
    for (let place = this.#cursor; place < this.#cursor + PLACES; place += 1) {
      const low = place | 0
      const slot = (low & (PLACES - 1)) * WAYS
      for (let way = slot; way < slot + (this.#counts[slot / WAYS] ?? 0); way += 1) {
        const length = this.#automaton.depth[this.#nodes[way] ?? 0] ?? 0
        const distance = this.#distance(this.#trails[way] ?? -1, length, this.#runs[way] ?? 0, low)
        first = Math.min(first, place - distance)
      }
    }
    return first
  }

  #distance(trail: number, length: number, run: number, end: number): number {
    return length <= run ? length : this.#trail.distance(trail, length, run, end)
  }

  /**
   * @param before the node before the last token, where a pattern can have ended too
   * @param token bytes of the pattern in the last token
   * @param start where the last token begins
   */
  #found(
    length: number,
    at: number,
    trail: number,
    run: number,
    before: number,
    token: number,
    start: number,
  ): void {
    const end = this.#base + at
    const told = this.#automaton.found[before] ?? 0
    if (!this.#isExact && told > 0 && told + token >= length) this.#report(this.#base + start, end)
    else this.#report(end - this.#distance(trail, length, run, (this.#low + at) | 0), end)
  }

  /** One way alone, as long as every byte stands for itself. Returns the place that comes next. */
  #follow(bytes: Uint8Array, start: number, from: number): number {
    const automaton = this.#automaton
    const { depth, found, kinds } = automaton
    const slot = ((this.#low + start) & (PLACES - 1)) * WAYS
    const trail = this.#trails[slot] ?? -1
    const length = bytes.length
    let node = this.#nodes[slot] ?? 0
    let run = this.#runs[slot] ?? 0
    let at = start
    let byte = bytes[at] ?? 0
    if (((gates[byte] ?? 0) & (kinds[node] ?? 0)) !== 0 || this.#indented === ((this.#low + at) | 0))
      return at
    this.#counts[slot / WAYS] = 0
    this.#waiting = 0
    do {
      const before = node
      node = automaton.step(node, byte)
      at += 1
      if (run < LONG_RUN) run += 1
      if (node === 0) return at
      const size = found[node] ?? 0
      if (size > 0) this.#found(size, at, trail, run, before, 1, at - 1)
      const deep = depth[node] ?? 0
      if (deep <= SHALLOW && run >= deep && at >= this.#sureUntil && at - deep > from) return at - deep
      if (at === length) break
      byte = bytes[at] ?? 0
    } while (((gates[byte] ?? 0) & (kinds[node] ?? 0)) === 0)
    this.#keep(at, node, trail, run)
    return at
  }

  /** All ways at one place, in everything that can stand there. False when that is not known yet. */
  #branch(bytes: Uint8Array, at: number, isEnd: boolean): boolean {
    const byte = bytes[at] ?? 0
    const gate = gates[byte] ?? 0
    const reader = this.#reader
    if (gate === ALL) {
      reader.read(bytes, at, isEnd)
      if (reader.isOpen) return false
    } else {
      reader.count = 0
      // Whether it is a 0x is not known yet.
      if (byte === ZERO && at + 1 === bytes.length && !isEnd && this.#waiting > 0) return false
    }
    const automaton = this.#automaton
    const number = (this.#low + at) & (PLACES - 1)
    const slot = number * WAYS
    const count = this.#counts[number] ?? 0
    const isIndented = this.#indented === ((this.#low + at) | 0)
    const isBlank = byte === SPACE || byte === TAB
    if (byte === LINE_FEED || (isIndented && isBlank)) this.#indented = (this.#low + at + 1) | 0
    const last = count === 0 ? slot + 1 : slot + count
    for (let way = slot; way < last; way += 1) {
      const node = count === 0 ? 0 : (this.#nodes[way] ?? 0)
      const run = count === 0 ? 0 : (this.#runs[way] ?? 0)
      const trail = count === 0 ? -1 : (this.#trails[way] ?? -1)
      this.#nodeNow = node
      this.#runNow = run
      this.#trailNow = trail
      this.#skipsNow = count === 0 ? 0 : (this.#skips[way] ?? 0)
      if (byte === LINE_FEED) {
        this.#endLine(at, node, isIndented)
        continue
      }
      const next = automaton.step(node, byte)
      if (next !== 0) this.#put(at, at + 1, next, RAW, 0, false)
      if (node !== 0 && gate !== 0) {
        if (isIndented && isBlank) this.#skip(at, at + 1, node)
        if (gate !== ALL && (gate & (automaton.kinds[node] ?? 0)) !== 0) this.#separate(bytes, at, byte, node)
      }
      if (reader.count > 0) this.#readTokens(at, node)
    }
    this.#counts[number] = 0
    this.#waiting -= count
    return true
  }

  #readTokens(at: number, node: number): void {
    const { count, ends, values, kinds } = this.#reader
    for (let token = 0; token < count; token += 1) {
      const end = ends[token] ?? 0
      const value = values[token] ?? 0
      const kind = kinds[token] ?? 0
      if (kind === TokenKind.skip) {
        if (node !== 0) this.#skip(at, end, node)
      } else if (kind === TokenKind.byte || value < 0x80) {
        this.#put(at, end, this.#automaton.step(node, value), 1, 0, false)
        if (value === LINE_FEED) this.#skip(at, end, this.#within(node, ENCODED))
      } else this.#readCharacter(at, end, node, value)
    }
  }

  /** The end of a line stands for itself, for a folded space, and for nothing in an encoding that is wrapped. */
  #endLine(at: number, node: number, isIndented: boolean): void {
    const automaton = this.#automaton
    this.#put(at, at + 1, automaton.step(node, LINE_FEED), 1, 0, true)
    this.#put(at, at + 1, automaton.step(node, SPACE), 1, 0, true)
    const wrapped = isIndented ? node : this.#within(node, ENCODED)
    if (this.#skipsNow < MOST_SKIPS) this.#put(at, at + 1, wrapped, 0, this.#skipsNow + 1, true)
  }

  /** What stands between the numbers of a list of bytes. */
  #separate(bytes: Uint8Array, at: number, byte: number, node: number): void {
    const { depth, fail } = this.#automaton
    let pairs = this.#within(node, hex)
    while (pairs !== 0 && (depth[pairs] ?? 0) % 2 === 1) pairs = this.#within(fail[pairs] ?? 0, hex)
    if (byte !== ZERO) this.#skip(at, at + 1, pairs)
    else if (bytes[at + 1] === 0x78) this.#skip(at, at + 2, pairs)
    if (byte !== COMMA && byte !== SPACE && byte !== TAB) return
    const numbers = this.#within(node, decimal)
    if (numbers === 0) return
    const next = this.#automaton.step(numbers, SPACE)
    if ((depth[next] ?? 0) > (depth[numbers] ?? 0)) this.#put(at, at + 1, next, 1, 0, false)
    else this.#skip(at, at + 1, numbers)
  }

  #readCharacter(at: number, end: number, from: number, code: number): void {
    const automaton = this.#automaton
    let node = from
    let length = 2
    if (code < 0x800) node = automaton.step(node, 0xc0 | (code >> 6))
    else {
      length = code < 0x10000 ? 3 : 4
      if (code < 0x10000) node = automaton.step(node, 0xe0 | (code >> 12))
      else {
        node = automaton.step(node, 0xf0 | (code >> 18))
        node = automaton.step(node, 0x80 | ((code >> 12) & 0x3f))
      }
      node = automaton.step(node, 0x80 | ((code >> 6) & 0x3f))
    }
    this.#put(at, end, automaton.step(node, 0x80 | (code & 0x3f)), length, 0, false)
  }

  #skip(at: number, end: number, node: number): void {
    if (this.#skipsNow < MOST_SKIPS) this.#put(at, end, node, 0, this.#skipsNow + 1, false)
  }

  /** The deepest node of one of the kinds that ends here. */
  #within(from: number, wanted: number): number {
    const { kinds, ownKinds, fail } = this.#automaton
    if (((kinds[from] ?? 0) & wanted) === 0) return 0
    let node = from
    while (((ownKinds[node] ?? 0) & wanted) === 0) node = fail[node] ?? 0
    return node
  }

  /** The way that gives its place where there is no room; -1 when the new one is not deeper. */
  #shallowest(slot: number, node: number): number {
    const { depth } = this.#automaton
    let place = slot
    for (let way = slot + 1; way < slot + WAYS; way += 1)
      if ((depth[this.#nodes[way] ?? 0] ?? 0) < (depth[this.#nodes[place] ?? 0] ?? 0)) place = way
    return (depth[this.#nodes[place] ?? 0] ?? 0) < (depth[node] ?? 0) ? place : -1
  }

  /** A way alone at its place. */
  #keep(at: number, node: number, trail: number, run: number): void {
    const number = (this.#low + at) & (PLACES - 1)
    this.#counts[number] = 1
    this.#waiting = 1
    const way = number * WAYS
    this.#nodes[way] = node
    this.#trails[way] = trail
    this.#runs[way] = run
    this.#skips[way] = 0
  }

  /**
   * Reads a token on the way that is read at the moment.
   *
   * @param length of the bytes of the pattern that the token stands for; `RAW` for a byte that stands for itself
   * @param skips how many tokens in a row stand for nothing
   */
  #put(start: number, end: number, node: number, length: number, skips: number, isLine: boolean): void {
    if (node === 0) return
    const { found, order, orderEnd } = this.#automaton
    const nodes = this.#nodes
    const low = this.#low
    const number = (low + end) & (PLACES - 1)
    const slot = number * WAYS
    const count = this.#counts[number] ?? 0
    const from = order[node] ?? 0
    const to = orderEnd[node] ?? 0
    let place = slot + count
    for (let way = slot; way < slot + count; way += 1) {
      const known = nodes[way] ?? 0
      const knownOrder = order[known] ?? 0
      // The known way knows all that the new one knows; or the other way round, and gives its place.
      if (knownOrder >= from && knownOrder < to) return
      if (from >= knownOrder && from < (orderEnd[known] ?? 0)) place = way
    }
    if (place === slot + WAYS) place = this.#shallowest(slot, node)
    else if (place === slot + count) {
      this.#counts[number] = count + 1
      this.#waiting += 1
    }
    if (place < 0) return
    let trail = this.#trailNow
    let run = this.#runNow
    if (length === RAW) run = run < LONG_RUN ? run + 1 : run
    else {
      trail = this.#trail.append(trail, run, (low + start) | 0, (low + end) | 0, length, isLine)
      run = 0
    }
    nodes[place] = node
    this.#trails[place] = trail
    this.#runs[place] = run
    this.#skips[place] = skips
    const size = found[node] ?? 0
    // What stands for nothing ends no pattern.
    if (size > 0 && skips === 0)
      this.#found(size, end, trail, run, this.#nodeNow, length === RAW ? 1 : length, start)
  }
}
