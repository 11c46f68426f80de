/** An OCI registry, by the distribution specification 1.1. */
export interface Registry {
  /**
   * Starts an upload and cancels it: whether this login may push to the repository.
   *
   * @throws StagegateError E_REGISTRY_AUTH, E_REGISTRY_DENIED, E_REGISTRY_UNAVAILABLE
   */
  checkPush(repository: string, signal: AbortSignal): Promise<void>
  /** Digest that a tag or digest resolves to, or undefined when there is none. */
  digestOf(repository: string, reference: string, signal: AbortSignal): Promise<string | undefined>
  /**
   * Pushes what an OCI layout holds: blobs that the registry lacks, manifests by digest, then the tags.
   *
   * @throws StagegateError E_REGISTRY_*, E_TAG_IMMUTABLE, with what is stored by then as its state
   */
  push(options: PushOptions): Promise<PushedImage>
  /** Manifest digests that may be running for this digest: itself, and for an index the manifest of each platform. */
  platformDigests(repository: string, digest: string, signal: AbortSignal): Promise<readonly string[]>
  /** The commit that an image says it was built from, by its label; undefined when it says none or is not there. */
  revisionOf(repository: string, digest: string, signal: AbortSignal): Promise<string | undefined>
}

export interface PushOptions {
  readonly layout: string
  readonly repository: string
  readonly digest: string
  readonly tags: readonly Tag[]
  /** The commit that the image is of. */
  readonly revision: string
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

export interface Tag {
  readonly name: string
  /** Whether it may be taken from another digest. */
  readonly moves: boolean
}

export interface PushedImage {
  readonly pushedBytes: number
  readonly skippedBlobs: number
  readonly tags: readonly TagState[]
}

/** What a tag names after a push. */
export interface TagState {
  readonly name: string
  readonly digest: string
  /** `unchanged`: it named the digest before. `kept`: it stays with another digest. */
  readonly change: 'written' | 'unchanged' | 'kept'
}
