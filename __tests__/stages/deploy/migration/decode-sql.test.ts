import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSql } from '../../../../src/stages/deploy/migration/decode-sql.ts'

describe('decodeSql', () => {
  it.each([
    ['ISO-8859-1', Buffer.from("-- a\nINSERT INTO t VALUES ('Gr\u00f6\u00dfe');", 'latin1'), 30, 2],
    ['UTF-16', Buffer.from('\ufeffselect 1', 'utf16le'), 0, 1],
    ['a character that is cut off', Buffer.from([0x61, 0x0a, 0xe2, 0x82]), 2, 2],
    ['one that is cut by another', Buffer.from([0xef, 0xbf, 0x61]), 0, 1],
    ['half of a surrogate pair', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 1, 1],
    ['a replacement character before', Buffer.from([0xef, 0xbf, 0xbd, 0xff]), 3, 1],
  ])('says where %s is', (_, bytes, byte, line) => {
    expect(decodeSql(bytes)).toEqual({ byte, line })
  })

  it('gives back every other file to the byte, byte order mark and replacement characters included', () => {
    for (const text of ['\ufeffselect 1;\r\n', 'a \ufffd b', '', '\0']) {
      expect(decodeSql(Buffer.from(text))).toEqual({ text })
    }
  })

  it('takes what Node can write back to the same bytes, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const decoded = decodeSql(bytes)
        const same = Buffer.from(Buffer.from(bytes).toString('utf8')).equals(bytes)
        if ('text' in decoded) {
          expect(same).toBe(true)
          expect(Buffer.from(decoded.text).equals(bytes)).toBe(true)
          return
        }
        expect(same).toBe(false)
        // Everything before the byte is well formed, and the text up to and with it never is.
        const before = Buffer.from(bytes.subarray(0, decoded.byte))
        expect(Buffer.from(before.toString('utf8')).equals(before)).toBe(true)
        const next = Buffer.from(bytes.subarray(0, decoded.byte + 4))
        expect(Buffer.from(next.toString('utf8')).equals(next)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
