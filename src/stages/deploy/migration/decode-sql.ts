import { isUtf8 } from 'node:buffer'

export type Decoded =
  | { readonly text: string }
  /** Where the first byte is that does not belong to UTF-8: byte from 0, line from 1. */
  | { readonly byte: number; readonly line: number }

/**
 * The text of a file in UTF-8, to the byte: a byte order mark stays. Other bytes are never replaced, for the database
 * would keep the replacement. Pure.
 */
export function decodeSql(bytes: Uint8Array): Decoded {
  // `ignoreBOM` means that the mark is left in the text.
  if (isUtf8(bytes)) return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  const byte = findForeignByte(bytes)
  let line = 1
  for (let at = 0; at < byte; at += 1) if (bytes[at] === LINE_FEED) line += 1
  return { byte, line }
}

const LINE_FEED = 0x0a

/** How the replacement character is written where the file itself has it. */
const WRITTEN = Buffer.from('\uFFFD')

/** The first replacement of a lenient reading that is not in the bytes themselves. */
function findForeignByte(bytes: Uint8Array): number {
  let byte = 0
  for (const character of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) {
    if (character === '\uFFFD' && !WRITTEN.equals(bytes.subarray(byte, byte + 3))) break
    byte += Buffer.byteLength(character)
  }
  return byte
}
