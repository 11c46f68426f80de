import { TextDecoder } from 'node:util'

import { unreadableReport } from '../limits.ts'

/** How many bytes the XML declaration may take, encoding and all. */
const HEAD_BYTES = 256

/**
 * The characters of an XML file: decoded as its byte order mark or its declaration says, else as UTF-8. Bytes that are
 * wrong in the encoding become U+FFFD.
 *
 * @throws StagegateError E_REPORT_UNREADABLE for an encoding that nobody knows
 */
export async function* decodeXml(chunks: AsyncIterable<Uint8Array>, source: string): AsyncIterable<string> {
  let decoder: TextDecoder | undefined
  let head = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (decoder !== undefined) {
      yield decoder.decode(chunk, { stream: true })
      continue
    }
    head = concatenate(head, chunk)
    if (head.length < HEAD_BYTES) continue
    decoder = createDecoder(head, source)
    yield decoder.decode(head, { stream: true })
  }
  yield decoder === undefined ? createDecoder(head, source).decode(head) : decoder.decode()
}

/** XML 1.0 appendix F: a byte order mark wins over the declaration. */
function createDecoder(head: Uint8Array, source: string): TextDecoder {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le')
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be')
  if (head[0] === 0xef && head[1] === 0xbb) return new TextDecoder()
  const declaration = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    // eslint-disable-next-line local/no-bare-cut -- only the name of an encoding is taken from it
    Buffer.from(head.subarray(0, HEAD_BYTES)).toString('latin1'),
  )
  const name = declaration?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(name)
  } catch (error) {
    throw unreadableReport(source, `its encoding "${name}" is unknown`, error)
  }
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(one.length + other.length)
  joined.set(one)
  joined.set(other, one.length)
  return joined
}
