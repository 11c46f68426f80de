import { entityCodePoint } from './entities.ts'

/** How a token counts: as a character, as one byte of one, or not at all. */
export const TokenKind = { character: 0, byte: 1, skip: 2 } as const

const BACKSLASH = 0x5c
const LINE_FEED = 0x0a
const RETURN = 0x0d
const ESCAPE = 0x1b
/** Backslashes that stand before one escaped character: three encodings, one in the other. */
const MOST_BACKSLASHES = 8
const MOST_COLOUR_BYTES = 24
/** Encodings of the same kind, one in the other. */
const MOST_NESTED = 2
const MOST_TOKENS = 16

/** Letters after a backslash that stand for a control character. */
const controls: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  E: 27, // prettier-ignore
}
const controlOf = Uint8Array.from({ length: 128 }, (_, byte) => controls[String.fromCharCode(byte)] ?? byte)

/**
 * What the bytes at one place can stand for beside themselves, as tools escape it: each way is one token. No token is
 * longer than 63 bytes.
 */
export class TokenReader {
  count = 0
  /** Where each token ends. */
  readonly ends = new Int32Array(MOST_TOKENS)
  /** Each token's code point, or byte. */
  readonly values = new Int32Array(MOST_TOKENS)
  readonly kinds = new Uint8Array(MOST_TOKENS)
  /** Whether it depends on bytes that have not come yet what stands here. */
  isOpen = false
  #bytes: Uint8Array = new Uint8Array()
  #isEnd = true

  read(bytes: Uint8Array, at: number, isEnd: boolean): void {
    this.count = 0
    this.isOpen = false
    this.#bytes = bytes
    this.#isEnd = isEnd
    const byte = bytes[at] ?? 0
    switch (byte) {
      case BACKSLASH:
        this.#readBackslashes(at)
        break
      case 0x25: // %
        this.#readPercent(at + 1, 0)
        break
      case 0x26: // &
        this.#readEntity(at + 1, 0)
        break
      case ESCAPE:
        if (this.#get(at + 1) === 0x5b) this.#readColour(at + 2)
        break
      case 0x5b: // [ of a colour code whose first byte is gone
        this.#readColour(at + 1)
        break
      case 0x5e: // ^[ for the escape character, and what cmd.exe escapes
        this.#readCaret(at + 1)
        break
      case 0x27: // '
      case 0x22: // "
        this.#readQuote(at, byte)
        break
      case 0x24: // $$ of a compose file, {{ of a template, `` and `" of PowerShell
      case 0x7b:
      case 0x7d:
        if (this.#get(at + 1) === byte) this.#add(at + 2, byte)
        break
      case 0x60:
        if (isPunctuation(this.#get(at + 1))) this.#add(at + 2, this.#get(at + 1))
        break
      case 0x2b: // + of a form
        this.#add(at + 1, 0x20)
        break
      case 0x3d: // = of quoted-printable
        this.#readQuotedPrintable(at + 1)
        break
      case RETURN:
        this.#addSkip(at + 1)
        this.#add(at + 1, LINE_FEED)
        break
      case 0:
        this.#addSkip(at + 1)
        break
      default:
        if (byte >= 0x80) this.#add(at + 1, byte)
    }
  }

  /** The byte at a place; -1 after the end. */
  #get(at: number): number {
    const byte = this.#bytes[at]
    if (byte !== undefined) return byte
    if (!this.#isEnd) this.isOpen = true
    return -1
  }

  #add(end: number, value: number, kind: number = TokenKind.character): void {
    if (this.count === MOST_TOKENS) return
    this.ends[this.count] = end
    this.values[this.count] = value
    this.kinds[this.count] = kind
    this.count += 1
  }

  #addSkip(end: number): void {
    this.#add(end, 0, TokenKind.skip)
  }

  /** A decoded character that can be the beginning of something longer. */
  #addDecoded(end: number, code: number, nested: number): void {
    this.#add(end, code)
    if (code === RETURN || code === 0) this.#addSkip(end)
    else if (code === ESCAPE && this.#get(end) === 0x5b) this.#readColour(end + 1)
    else if (nested >= MOST_NESTED) return
    else if (code === 0x26) this.#readEntity(end, nested + 1)
    else if (code === 0x25) this.#readPercent(end, nested + 1)
  }

  #readBackslashes(at: number): void {
    let count = 1
    while (count <= MOST_BACKSLASHES && this.#get(at + count) === BACKSLASH) count += 1
    if (count >= 2) this.#add(at + 2, BACKSLASH)
    if (count >= 4) this.#add(at + 4, BACKSLASH)
    if (count <= MOST_BACKSLASHES) this.#readEscape(at + count, count)
  }

  #readEscape(at: number, backslashes: number): void {
    const byte = this.#get(at)
    if (byte === 0x75) this.#readUnicode(at + 1, backslashes)
    else if (byte === 0x55) this.#addHex(at + 1, 8)
    else if (byte === 0x78) this.#readHexEscape(at + 1)
    else if (isDigit(byte)) this.#readNumber(at)
    else if (byte === LINE_FEED || byte === RETURN) {
      const end = byte === RETURN && this.#get(at + 1) === LINE_FEED ? at + 2 : at + 1
      this.#addSkip(end)
      this.#add(end, LINE_FEED)
    } else if (byte >= 0x80) this.#addSkip(at)
    else if (byte >= 0) this.#addDecoded(at + 1, controlOf[byte] ?? byte, 0)
  }

  #readUnicode(at: number, backslashes: number): void {
    if (this.#get(at) === 0x7b) {
      this.#readBraced(at + 1)
      return
    }
    const code = this.#hex(at, 4)
    if (code < 0) return
    if ((code & 0xfc00) !== 0xd800) {
      this.#addDecoded(at + 4, code, 0)
      return
    }
    const low = at + 4 + backslashes
    for (let place = at + 4; place < low; place += 1) if (this.#get(place) !== BACKSLASH) return
    if (this.#get(low) === 0x75) this.#addPair(low + 1, code)
  }

  #readHexEscape(at: number): void {
    if (this.#get(at) === 0x7b) {
      this.#readBraced(at + 1)
      return
    }
    const code = this.#hex(at, 2)
    if (code < 0) return
    this.#addDecoded(at + 2, code, 0)
    if (code >= 0x80) this.#add(at + 2, code, TokenKind.byte)
  }

  #readBraced(at: number): void {
    let length = 0
    while (length < 7 && hexOf(this.#get(at + length)) >= 0) length += 1
    if (length > 0 && this.#get(at + length) === 0x7d) {
      const code = this.#hex(at, length)
      if (code <= 0x10ffff) this.#addDecoded(at + length + 1, code, 0)
    }
  }

  #addHex(at: number, length: number): void {
    const code = this.#hex(at, length)
    if (code >= 0 && code <= 0x10ffff) this.#addDecoded(at + length, code, 0)
  }

  /** Octal in most languages, decimal in Lua, Haskell and zone files; a byte in some, a code point in others. */
  #readNumber(at: number): void {
    let octal = 0
    let octals = 0
    while (octals < 3 && isDigit(this.#get(at + octals), 0x37)) {
      octal = octal * 8 + this.#get(at + octals) - 0x30
      octals += 1
    }
    if (octals > 0 && octal <= 0xff) {
      this.#addDecoded(at + octals, octal, 0)
      if (octal >= 0x80) this.#add(at + octals, octal, TokenKind.byte)
    }
    let decimal = 0
    let digits = 0
    while (digits < 7 && isDigit(this.#get(at + digits))) {
      decimal = decimal * 10 + this.#get(at + digits) - 0x30
      digits += 1
      if (digits === 3 && decimal >= 0x80 && decimal <= 0xff) this.#add(at + 3, decimal, TokenKind.byte)
    }
    if (digits >= 2 && decimal <= 0x10ffff) this.#add(at + digits, decimal)
  }

  #readPercent(at: number, nested: number): void {
    const byte = this.#get(at)
    if (byte === 0x25) this.#add(at + 1, byte)
    else if (byte === 0x75) {
      this.#readPercentUnicode(at + 1)
    } else {
      const code = this.#hex(at, 2)
      if (code >= 0x80) this.#add(at + 2, code, TokenKind.byte)
      // escape() of JavaScript writes Latin-1.
      if (code >= 0) this.#addDecoded(at + 2, code, nested)
    }
  }

  #readPercentUnicode(at: number): void {
    const code = this.#hex(at, 4)
    if (code < 0) return
    if ((code & 0xfc00) !== 0xd800) this.#add(at + 4, code)
    else if (this.#get(at + 4) === 0x25 && this.#get(at + 5) === 0x75) this.#addPair(at + 6, code)
  }

  /** A character that is written as two halves; the second is still to be read. */
  #addPair(at: number, first: number): void {
    const second = this.#hex(at, 4)
    if ((second & 0xfc00) === 0xdc00 && second >= 0)
      this.#add(at + 4, 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff))
  }

  #readEntity(at: number, nested: number): void {
    let length = 0
    let byte = this.#get(at)
    while (length < 9 && (byte === 0x23 || isAlphanumeric(byte))) {
      length += 1
      byte = this.#get(at + length)
    }
    if (length < 2 || byte !== 0x3b) return
    const code = entityCodePoint(this.#bytes, at, length)
    if (code >= 0) this.#addDecoded(at + length + 1, code, nested)
  }

  /** The rest of a colour code, and of what grep writes beside it. */
  #readColour(at: number): void {
    let end = at
    let byte = this.#get(end)
    while (end - at < MOST_COLOUR_BYTES && (isDigit(byte) || byte === 0x3b || byte === 0x3a)) {
      end += 1
      byte = this.#get(end)
    }
    if (byte === 0x6d || byte === 0x4b) this.#addSkip(end + 1)
  }

  #readCaret(at: number): void {
    const byte = this.#get(at)
    if (byte === 0x5b && this.#get(at + 1) === 0x5b) this.#readColour(at + 2)
    else if (isPunctuation(byte)) this.#add(at + 1, byte)
  }

  /** A doubled quote; how a shell's quotes are left for one, '\'' and '"'"', or for the other kind; '$' of GNU tools. */
  #readQuote(at: number, quote: number): void {
    const second = this.#get(at + 1)
    if (second === quote) {
      this.#add(at + 2, quote)
      this.#addSkip(at + 2)
    } else if (second === BACKSLASH && this.#get(at + 2) === quote) {
      if (this.#get(at + 3) === quote) this.#add(at + 4, quote)
    } else if (second === 0x24 && this.#get(at + 2) === quote) this.#addSkip(at + 3)
    else if (second === 0x22 || second === 0x27) {
      this.#addSkip(at + 2)
      if (this.#get(at + 2) === quote && this.#get(at + 3) === second && this.#get(at + 4) === quote)
        this.#add(at + 5, quote)
    }
  }

  #readQuotedPrintable(at: number): void {
    if (this.#get(at) === RETURN && this.#get(at + 1) === LINE_FEED) this.#addSkip(at + 2)
    else if (this.#get(at) === LINE_FEED) this.#addSkip(at + 1)
    else {
      const code = this.#hex(at, 2)
      if (code >= 0x80) this.#add(at + 2, code, TokenKind.byte)
      else if (code >= 0) this.#add(at + 2, code)
    }
  }

  /** The number of some hexadecimal digits; -1 where something else stands. */
  #hex(at: number, length: number): number {
    let code = 0
    for (let place = at; place < at + length; place += 1) {
      const digit = hexOf(this.#get(place))
      if (digit < 0) return -1
      code = code * 16 + digit
    }
    return code
  }
}

function isDigit(byte: number, last = 0x39): boolean {
  return byte >= 0x30 && byte <= last
}

function isAlphanumeric(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a)
}

function isPunctuation(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && !isAlphanumeric(byte)
}

function hexOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
