/** Names of characters in HTML and XML that tools write for ordinary text, beside numbers: ASCII, then Latin-1 in order. */
const ascii =
  'quot:34 amp:38 apos:39 lt:60 gt:62 Tab:9 NewLine:10 excl:33 num:35 dollar:36 percnt:37 lpar:40 rpar:41 ast:42 ' +
  'plus:43 comma:44 period:46 sol:47 colon:58 semi:59 equals:61 quest:63 commat:64 lsqb:91 lbrack:91 bsol:92 rsqb:93 ' +
  'rbrack:93 Hat:94 lowbar:95 grave:96 lcub:123 lbrace:123 verbar:124 vert:124 rcub:125 rbrace:125'
const latin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml'

const byName = new Map<number, number>()
for (const each of ascii.split(' ')) {
  const [name = '', code] = each.split(':')
  byName.set(keyOf(Buffer.from(name), 0, name.length), Number(code))
}
for (const [at, name] of latin1.split(' ').entries())
  byName.set(keyOf(Buffer.from(name), 0, name.length), 160 + at)

/**
 * The code point of what stands between `&` and `;`.
 *
 * @param length of what stands there, in bytes
 * @returns -1 when it is no character that is known here
 */
export function entityCodePoint(bytes: Uint8Array, at: number, length: number): number {
  if (bytes[at] !== 0x23) return byName.get(keyOf(bytes, at, length)) ?? -1
  const isHex = ((bytes[at + 1] ?? 0) | 0x20) === 0x78
  const from = isHex ? at + 2 : at + 1
  let code = from < at + length ? 0 : -1
  for (let place = from; place < at + length && code >= 0; place += 1) {
    const digit = digitOf(bytes[place] ?? 0)
    code = digit < (isHex ? 16 : 10) ? code * (isHex ? 16 : 10) + digit : -1
  }
  return code <= 0x10ffff ? code : -1
}

/** The value of a digit; 16 for what is none. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 16
}

/** A number in place of a name: no text is made for each `&` of a log. */
function keyOf(bytes: Uint8Array, at: number, length: number): number {
  let key = length
  for (let place = at; place < at + length; place += 1)
    key = (Math.imul(key, 0x01000193) ^ (bytes[place] ?? 0)) | 0
  return key
}
