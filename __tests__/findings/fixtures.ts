import { readFileSync } from 'node:fs'

/** Where the tools ran whose real output is in `__tests__/fixtures/findings`. */
export const WORKSPACE = '/home/runner/work/shop/shop'

export function readFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/findings/${name}`, import.meta.url), 'utf8')
}

/** Content in pieces, as a file comes from the disk. */
export async function* inPieces(content: string | Uint8Array, size = 64 * 1024): AsyncIterable<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  await Promise.resolve()
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}
