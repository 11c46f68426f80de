import { PatternScanner } from './pattern-scanner.ts'
import type { PatternSet } from './pattern-set.ts'

const MASK = Buffer.from('***')

/** Redacts bytes that come in chunks; however they are cut, the same bytes come out. */
export interface RedactionStream {
  /**
   * The bytes that are certain by now. What could be the beginning of a secret is held back until more is known: mostly
   * nothing, and never more than one pattern of 64 characters can take in any encoding.
   */
  push(chunk: Uint8Array): Uint8Array
  /** The rest. */
  end(): Uint8Array
}

/** What is looked for at the moment; another object as soon as something was registered. */
export interface Patterns {
  readonly secrets: PatternSet
  /** Texts that are left as they are, with the secrets within them. */
  readonly kept: PatternSet
}

interface Range {
  readonly start: number
  end: number
}

/**
 * Every byte that belongs to any form of any secret is hidden; forms that overlap or touch become one mask, so nothing of
 * the second one is left. A form that lies wholly within a kept text is left as it is.
 */
export function createRedactionStream(patternsNow: () => Patterns): RedactionStream {
  let held: Uint8Array = new Uint8Array()
  /** Where the held bytes begin in the whole text. */
  let base = 0
  /** Up to where a mask that is written already reaches. */
  let masked = -1
  let search: Search | undefined

  function process(bytes: Uint8Array, isEnd: boolean): Uint8Array {
    const patterns = patternsNow()
    if (search?.patterns !== patterns) search = openSearch(patterns, base)
    const until = search.scan(bytes, base, isEnd)
    const pieces: Uint8Array[] = []
    const plain = (to: number) => {
      if (to > Math.max(masked, written))
        pieces.push(bytes.subarray(Math.max(masked, written) - base, to - base))
      written = to
    }
    let written = base
    for (const { start, end } of search.take(until)) {
      if (start > masked) {
        plain(start)
        pieces.push(MASK)
      }
      masked = Math.max(masked, end)
    }
    plain(until)
    held = bytes.subarray(until - base)
    base = until
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  }

  return {
    push: (chunk) => process(held.length === 0 ? chunk : Buffer.concat([held, chunk]), false),
    end: () => process(held, true),
  }
}

/** Whether anything would be hidden. */
export function holdsPattern(bytes: Uint8Array, patterns: Patterns): boolean {
  const search = openSearch(patterns, 0)
  return search.take(search.scan(bytes, 0, true)).length > 0
}

interface Search {
  readonly patterns: Patterns
  /** @returns up to where everything is known */
  scan(bytes: Uint8Array, base: number, isEnd: boolean): number
  /** What is to be hidden and begins before a place, in the order of the text. */
  take(until: number): readonly Range[]
}

function openSearch(patterns: Patterns, from: number): Search {
  const { secrets, kept } = patterns
  let found: Range[] = []
  let around: Range[] = []
  const secretScanner = new PatternScanner(
    secrets.automaton,
    secrets.filter,
    collect(() => found, kept.isEmpty),
    from,
    !kept.isEmpty,
  )
  const keptScanner = kept.isEmpty
    ? undefined
    : new PatternScanner(
        kept.automaton,
        kept.filter,
        collect(() => around, false),
        from,
        true,
      )
  return {
    patterns,
    scan(bytes, base, isEnd) {
      if (secrets.isEmpty) return base + bytes.length
      secretScanner.scan(bytes, base, isEnd)
      keptScanner?.scan(bytes, base, isEnd)
      if (isEnd) return base + bytes.length
      return Math.min(secretScanner.holdFrom(), keptScanner?.holdFrom() ?? Infinity)
    },
    take(until) {
      if (found.length === 0) return found
      const sure = found.filter(({ start }) => start < until)
      found = found.filter(({ start }) => start >= until)
      const hidden = around.length === 0 ? sure : outside(sure, around)
      around = around.filter(({ end }) => end > until)
      return hidden.sort((a, b) => a.start - b.start)
    },
  }
}

/** Puts places into a list; with `merge`, one that overlaps the last one makes it longer. */
function collect(list: () => Range[], merge: boolean) {
  return (start: number, end: number): void => {
    const last = list().at(-1)
    if (merge && last !== undefined && start >= last.start && start <= last.end)
      last.end = Math.max(last.end, end)
    else list().push({ start, end })
  }
}

/** Those that do not lie wholly within one of the others. */
function outside(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const sorted = others.toSorted((a, b) => a.start - b.start)
  let next = 0
  let reach = -1
  return ranges
    .toSorted((a, b) => a.start - b.start)
    .filter(({ start, end }) => {
      for (let other = sorted[next]; other !== undefined && other.start <= start; other = sorted[next]) {
        reach = Math.max(reach, other.end)
        next += 1
      }
      return end > reach
    })
}
