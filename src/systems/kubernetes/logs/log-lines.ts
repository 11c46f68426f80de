import { HeadBytes } from '../../../text/index.ts'

/** Longer lines are cut: a program may write for hours without a line break. Bytes. */
const MAX_LINE = 64 * 1024

/** The lines of a log that comes in pieces; what is too long of a line is left out. */
export async function* readLogLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = MAX_LINE,
): AsyncGenerator<string, void> {
  const line = new HeadBytes(maxBytes)
  const take = (): string => line.take().toString('utf8')
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      line.add(rest.subarray(0, end))
      yield take()
      rest = rest.subarray(end + 1)
    }
    // A copy: the chunk may be reused by whoever reads the next one.
    line.add(Buffer.from(rest))
  }
  if (!line.isEmpty) yield take()
}
