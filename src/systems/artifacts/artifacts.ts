/** A file that goes into an artifact. Its size must be known, and each opening must give the same bytes. */
export interface ArtifactFile {
  /** Path in the archive, with `/`. */
  readonly name: string
  readonly bytes: number
  open(): AsyncIterable<Uint8Array>
}

/** What an artifact is known by. The digest is of the archive's bytes: `sha256:` and 64 hex digits. */
export interface ArtifactReference {
  readonly name: string
  readonly digest: string
}

/** An archive that was downloaded: its digest is the one that was asked for, its names are those that were allowed. */
export interface OpenedArtifact {
  readonly files: readonly ArtifactFile[]
}

/** The artifacts of a workflow run: how its jobs, which share nothing else, hand files over. */
export interface Artifacts {
  /**
   * Stores files as one artifact of this run. The name gets a random end: no other job can have taken it before.
   *
   * @throws StagegateError E_ARTIFACT_*
   */
  upload(
    name: string,
    files: readonly ArtifactFile[],
    signal: AbortSignal,
  ): Promise<ArtifactReference & { readonly bytes: number }>
  /**
   * Fetches an artifact of this run into a folder, whoever made it: nothing of it is believed but its digest.
   *
   * @throws StagegateError E_ARTIFACT_MISSING, E_ARTIFACT_DIGEST, E_ARTIFACT_INVALID, E_ARTIFACT_UNAVAILABLE
   */
  download(
    reference: ArtifactReference,
    options: {
      /** Absolute; exists. The archive is kept there. */
      readonly folder: string
      readonly maxBytes: number
      /** Whether a file of this name may be in it; any other name refuses the whole. */
      readonly allows: (name: string) => boolean
      readonly signal: AbortSignal
    },
  ): Promise<OpenedArtifact>
}
