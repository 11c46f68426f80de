import { cutAtWord, redactText } from '../../../text/index.ts'
import { joinLines } from '../../../text/join-lines.ts'

/** Text of the cluster on one line, cut at a word: a message of a webhook can be of any length. */
export function oneLine(text: string, limit = 500): string {
  return cutAtWord(joinLines(redactText(text)), limit)
}
