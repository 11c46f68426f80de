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
   * @throws StagegateError E_REGISTRY_*
   */
  push(options: {
    readonly layout: string
    readonly repository: string
    readonly digest: string
    readonly tags: readonly string[]
    readonly signal: AbortSignal
    readonly onProgress: (text: string) => void
  }): Promise<{ readonly pushedBytes: number; readonly skippedBlobs: number }>
  /** Manifest digests that may be running for this digest: itself, and for an index the manifest of each platform. */
  platformDigests(repository: string, digest: string, signal: AbortSignal): Promise<readonly string[]>
}
