/** Texts that everybody could read before the first secret was read. They are never changed, whatever is secret. */
export interface PublicTexts {
  /** @param texts such as names, addresses, digests and tags; empty ones are left out */
  add(texts: Iterable<string | undefined>): void
  /** Whether a value is a whole public text. */
  has(value: string): boolean
  /** A public text that a value is part of; undefined where there is none. */
  findAround(value: string): string | undefined
}

/** @param protect told each text once, for the redactor */
export function createPublicTexts(protect: (text: string) => void): PublicTexts {
  const texts = new Set<string>()
  return {
    add(more) {
      for (const text of more) {
        if (text === undefined || text.trim() === '' || texts.has(text)) continue
        texts.add(text)
        protect(text)
      }
    },
    has: (value) => texts.has(value),
    findAround: (value) => [...texts].find((text) => text.includes(value)),
  }
}
