/**
 * A text with what stands between `<!-- name:start -->` and `<!-- name:end -->` replaced; undefined when it has no such
 * markers.
 */
export function betweenMarkers(text: string, name: string, content: string): string | undefined {
  const start = `<!-- ${name}:start -->`
  const end = `<!-- ${name}:end -->`
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from === -1 || to < from) return undefined
  return `${text.slice(0, from + start.length)}\n\n${content.trim()}\n\n${text.slice(to)}`
}
