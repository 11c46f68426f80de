import type { ApiResource } from './api-resource.ts'

/**
 * What the writer of a manifest may have meant: the same kind in another group or version, or a kind of nearly the
 * same name. Undefined when nothing is near.
 */
export function suggestKind(
  wanted: { readonly apiVersion: string; readonly kind: string },
  served: readonly ApiResource[],
): string | undefined {
  const same = served.filter((each) => each.kind === wanted.kind)
  if (same.length > 0) return same.map(render).join(', ')
  const near = served
    .map((each) => ({ each, distance: editDistance(wanted.kind.toLowerCase(), each.kind.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.kind.length / 4))
    .sort((one, other) => one.distance - other.distance)
  return near[0] && render(near[0].each)
}

function render({ group, version, kind }: ApiResource): string {
  return `${group === '' ? version : `${group}/${version}`} ${kind}`
}

/** Levenshtein's distance. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [row, letter] of Array.from(one).entries()) {
    const current = [row + 1]
    for (const [column, against] of Array.from(other).entries()) {
      const replaced = (previous[column] ?? 0) + (letter === against ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous[other.length] ?? 0
}
