import { oneLine, redactText } from '../text/index.ts'

/**
 * Markdown within a limit of UTF-8 bytes, cut at the end of a line where there is one in the last half, with a note of
 * how much is missing after it; a code block that the cut leaves open is closed. GitHub counts bytes: 65,535 for a
 * check's summary and text, 1 MiB for a step summary.
 */
export function limitBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  const safe = redactText(text)
  const bytes = Buffer.from(safe)
  if (bytes.length <= limit) return safe
  const note = (missing: number): string =>
    `\n\n… ${missing} bytes more are in the log and the JSON report.\n`
  let room = limit - Buffer.byteLength(note(bytes.length))
  for (;;) {
    if (room <= 0) return firstBytes(bytes, boundaryBefore(bytes, limit)).toString()
    const kept = cutAtLine(bytes, room).toString()
    const end = `${closeFence(kept)}${note(bytes.length - Buffer.byteLength(kept))}`
    if (Buffer.byteLength(kept) + Buffer.byteLength(end) <= limit) return kept + end
    room -= Buffer.byteLength(closeFence(kept))
  }
}

function cutAtLine(bytes: Buffer, room: number): Buffer {
  const line = firstBytes(bytes, room).lastIndexOf(0x0a)
  return firstBytes(bytes, line >= room / 2 ? line : boundaryBefore(bytes, room))
}

function firstBytes(bytes: Buffer, count: number): Buffer {
  // eslint-disable-next-line local/no-bare-cut -- limitBytes has redacted them
  return bytes.subarray(0, count)
}

/** The last index up to `end` that does not split a character. */
function boundaryBefore(bytes: Uint8Array, end: number): number {
  let index = end
  while (index > 0 && ((bytes[index] ?? 0) & 0xc0) === 0x80) index -= 1
  return index
}

/** What ends the code block that is open at the end of a text, or nothing. */
function closeFence(text: string): string {
  let open = ''
  for (const [line, fence = ''] of text.matchAll(/^(`{3,})/gm)) {
    if (open === '') open = fence
    else if (fence.length >= open.length && line.trim() === fence) open = ''
  }
  return open === '' ? '' : `\n${open}`
}

/**
 * One line within a limit of characters, for descriptions of statuses and deployments (140). Counted in UTF-16 units,
 * which are never fewer than any other count; no character is split.
 */
export function limitLine(text: string, limit: number): string {
  return oneLine(text, limit)
}
