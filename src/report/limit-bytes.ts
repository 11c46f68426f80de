/**
 * Text within a limit of UTF-8 bytes, cut at the end of a line, with a note of how much is missing. GitHub counts bytes:
 * 65,535 for a check's summary and text, 1 MiB for a step summary.
 */
export function limitBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  const note = (missing: number): string => `\n\n… ${missing} bytes more are in the log.\n`
  const room = limit - Buffer.byteLength(note(bytes.length))
  const cut = bytes.subarray(0, room).lastIndexOf(0x0a)
  const kept = bytes.subarray(0, cut < 0 ? boundaryBefore(bytes, room) : cut)
  return kept.toString() + note(bytes.length - kept.length)
}

/** The last index up to `end` that does not split a character. */
function boundaryBefore(bytes: Uint8Array, end: number): number {
  let index = end
  while (index > 0 && ((bytes[index] ?? 0) & 0xc0) === 0x80) index -= 1
  return index
}

/** One line within a limit of characters, for descriptions of statuses and deployments (140). */
export function limitLine(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`
}
