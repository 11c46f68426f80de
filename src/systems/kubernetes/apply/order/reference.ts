/** An object that another one names. Without a namespace it belongs to the whole cluster. */
export interface Reference {
  readonly group: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

export type Fields = Readonly<Record<string, unknown>>

/** A mapping of a manifest; whatever else stands there counts as an empty one. */
export function mapping(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** The mappings of a list of a manifest. */
export function mappings(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(mapping) : []
}

/** A name of a manifest; undefined when it is none. */
export function nameIn(value: unknown, field = 'name'): string | undefined {
  const name = mapping(value)[field]
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** Collects references, leaving out those without a name. */
export class References {
  readonly found: Reference[] = []
  readonly #namespace: string

  constructor(namespace: string) {
    this.#namespace = namespace
  }

  /** In the namespace of the object that names it, or in another. */
  near(group: string, kind: string, name: string | undefined, namespace = this.#namespace): void {
    if (name !== undefined) this.found.push({ group, kind, name, namespace })
  }

  /** Of the whole cluster. */
  wide(group: string, kind: string, name: string | undefined): void {
    if (name !== undefined) this.found.push({ group, kind, name })
  }
}
