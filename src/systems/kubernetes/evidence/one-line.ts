/** Text of the cluster on one line, cut: a message of a webhook can be of any length. */
export function oneLine(text: string, limit = 500): string {
  return cutLine(text.replace(/\s*[\r\n]+\s*/g, ' ').trim(), limit)
}

/** A line within a limit of characters. The word that the cut is in goes too: half a secret is one that nobody recognises. */
export function cutLine(line: string, limit: number): string {
  return line.length > limit ? `${line.slice(0, limit).replace(/\S+$/, '')}…` : line
}
