/** Text within a limit of UTF-16 units, never more by any other way of counting characters; no character is split. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
