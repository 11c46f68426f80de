/** Longer lines are cut: a program may write for hours without a line break. Bytes. */
const MAX_LINE = 64 * 1024

/** The lines of a log that comes in pieces; what is too long of a line is left out. */
export async function* readLogLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = MAX_LINE,
): AsyncGenerator<string, void> {
  let held: Buffer[] = []
  let size = 0
  const take = (): string => {
    const line = Buffer.concat(held).toString('utf8')
    held = []
    size = 0
    return line
  }
  const hold = (bytes: Buffer): void => {
    const kept = bytes.subarray(0, Math.max(0, maxBytes - size))
    if (kept.length > 0) held.push(kept)
    size += kept.length
  }
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      hold(rest.subarray(0, end))
      yield take()
      rest = rest.subarray(end + 1)
    }
    // A copy: the chunk may be reused by whoever reads the next one.
    hold(Buffer.from(rest))
  }
  if (size > 0) yield take()
}
