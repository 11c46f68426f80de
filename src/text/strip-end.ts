/**
 * The text without some characters at its end. A pattern such as `/\/+$/` takes quadratic time for a long row of slashes
 * in the middle of a text: it starts again at each of them.
 *
 * @param characters each of them is taken away, as often as it stands there
 */
export function stripEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1
  // eslint-disable-next-line local/no-bare-cut -- only the given characters are taken off
  return text.slice(0, end)
}

/** The text without some characters at its beginning and at its end. */
export function strip(text: string, characters: string): string {
  const stripped = stripEnd(text, characters)
  let start = 0
  while (start < stripped.length && characters.includes(stripped.charAt(start))) start += 1
  return stripped.slice(start)
}
