import { joinLines } from '../../../text/join-lines.ts'

/** Text of the cluster on one line, cut: a message of a webhook can be of any length. */
export function oneLine(text: string, limit = 500): string {
  return cutLine(joinLines(text), limit)
}

/** A line within a limit of characters. The word that the cut is in goes too: half a secret is one that nobody recognises. */
export function cutLine(line: string, limit: number): string {
  return line.length > limit ? `${line.slice(0, startOfLastWord(line.slice(0, limit)))}…` : line
}

function startOfLastWord(line: string): number {
  let start = line.length
  while (start > 0 && line.charAt(start - 1).trim() !== '') start -= 1
  return start
}
