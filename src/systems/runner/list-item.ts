/**
 * A text as the one item of a flag that programs in Go read as a list (pflag's `StringSlice`: Helm's `--values`,
 * conftest's `--policy`). Such a flag is a line of CSV: a comma in a path of the checkout would make two paths of it,
 * of which the second may be anywhere. Pure.
 */
export function listItem(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
