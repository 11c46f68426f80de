/**
 * The known name that a wrong one was probably meant to be, or undefined when none is near. Case, `-` and `_` are
 * looked over; beyond that one difference in three characters is accepted, at most three (a swap of neighbours is one).
 */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  // eslint-disable-next-line local/no-bare-cut -- it is compared, not shown
  const plain = simplify(wrong).slice(0, 100)
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of known) {
    const candidate = simplify(name)
    if (Math.abs(plain.length - candidate.length) > 3) continue
    const distance = editDistance(plain, candidate)
    const allowed = Math.min(3, Math.floor(Math.max(plain.length, candidate.length) / 3))
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substituted)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
