const SHOWN = 3

/** Names of a list that may be long: `a, b, c and 12 more`. */
export function nameSome(names: readonly string[], shown = SHOWN): string {
  const first = names.slice(0, shown).join(', ')
  return names.length > shown ? `${first} and ${names.length - shown} more` : first
}

/** `1 file`, `2 files` */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
