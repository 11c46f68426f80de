/** Where values are registered that no byte we write may contain. Register a value before its first use. */
export interface Secrets {
  /** Values shorter than 4 characters are refused: hiding them would hide ordinary words. */
  add(value: string): void
}

/**
 * Registers each secret with the redactor, which stands before our own writers, and with the runner, which stands before
 * the log. What the redactor refuses is not given to the runner either.
 */
export function createSecrets(
  redactor: { add(value: string): boolean },
  output: { mask(value: string): void },
): Secrets {
  return {
    add(value) {
      if (redactor.add(value)) output.mask(value)
    },
  }
}
