/**
 * The steps that stand in cycles or between two of them: what is left when those that need nothing more, and those
 * that nothing needs, are taken away again and again. Empty when there is no cycle. Pure.
 */
export function findUnpeeled(steps: readonly { readonly needs: Iterable<number> }[]): ReadonlySet<number> {
  const needs = steps.map((step) => [...step.needs])
  const neededBy = needs.map((): number[] => [])
  needs.forEach((list, index) => {
    for (const need of list) neededBy[need]?.push(index)
  })
  const left = new Set(steps.keys())
  peel(left, needs, neededBy)
  peel(left, neededBy, needs)
  return left
}

/** Takes away what has no edge forward into what is left. */
function peel(left: Set<number>, forward: readonly number[][], backward: readonly number[][]): void {
  const open = forward.map((list) => list.filter((each) => left.has(each)).length)
  const ready = [...left].filter((index) => open[index] === 0)
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    left.delete(index)
    for (const before of backward[index] ?? []) {
      if (!left.has(before)) continue
      const count = (open[before] ?? 0) - 1
      open[before] = count
      if (count === 0) ready.push(before)
    }
  }
}
