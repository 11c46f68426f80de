import type { RepositoryName } from './repository-name.ts'

/** What a push has stored so far: said when it fails, since nothing of it is taken back. */
export class Stored {
  readonly #repository: RepositoryName
  readonly #blobs = new Set<string>()
  readonly #manifests = new Set<string>()
  readonly #tags = new Set<string>()
  /** Sent, and no answer came that says what became of it. */
  #unsure: string | undefined

  constructor(repository: RepositoryName) {
    this.#repository = repository
  }

  blob(digest: string): void {
    this.#blobs.add(digest)
  }

  /** @param reference a tag or the manifest's own digest, before it is sent */
  sending(reference: string): void {
    this.#unsure = reference
  }

  /** The registry has refused what was sent last. */
  refused(): void {
    this.#unsure = undefined
  }

  /** The registry has it under this reference: stored now, or found there. */
  reference(reference: string): void {
    this.#unsure = undefined
    if (reference.includes(':')) this.#manifests.add(reference)
    else this.#tags.add(reference)
  }

  /** One sentence or two for an error's state. @param blobs how many blobs the image has */
  describe(blobs: number): string {
    const { registry, path } = this.#repository
    const parts = [
      `${this.#blobs.size} of ${blobs} blobs`,
      count('manifest', [...this.#manifests]),
      count('tag', [...this.#tags]),
    ]
    const unsure = this.#unsure === undefined ? '' : ` Whether ${this.#unsure} was stored is not known.`
    return `Of this image ${registry}/${path} has ${parts.join(', ')}.${unsure} Nothing was deployed.`
  }
}

function count(what: string, names: readonly string[]): string {
  if (names.length === 0) return `no ${what}`
  return `the ${what}${names.length === 1 ? '' : 's'} ${names.join(', ')}`
}
