/** Where values are registered that no byte we write may contain. Register a value before its first use. */
export interface Secrets {
  /** Values shorter than 4 characters are refused: hiding them would hide ordinary words. */
  add(value: string): void
}
