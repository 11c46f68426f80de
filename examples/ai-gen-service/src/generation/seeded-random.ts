/** A source of numbers in [0, 1). */
export type Random = () => number

/**
 * Mulberry32: a small generator with 32 bits of state. The same seed gives the same sequence on every machine; it is
 * not fit for anything secret.
 *
 * @param seed 0 to 4294967295
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** FNV-1a over the text's UTF-8 bytes: 0 to 4294967295. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
