import type { ImageSettingsForBuild } from './image-settings.ts'

export interface BuiltImage {
  /** Digest of what was built: of the index when there are several platforms. `sha256:…` */
  readonly digest: string
  /** Folder of the OCI layout that holds it. */
  readonly layout: string
}

/** docker buildx, driven by argument vectors; nothing of the run's credentials reaches what the build runs. */
export interface Docker {
  /**
   * Whether an image can be built here: client, buildx, and a builder that answers and can export an OCI layout.
   *
   * @returns the version of buildx, and the builder's name
   * @throws StagegateError E_BUILD_DAEMON, E_TOOL_MISSING
   */
  check(signal: AbortSignal): Promise<{ readonly buildx: string; readonly builder: string }>
  /**
   * Builds once, into an OCI layout in `folder`.
   *
   * @throws StagegateError E_IMAGE_BUILD_FAILED with the Dockerfile's line, E_BUILD_DAEMON, E_DISK_FULL
   */
  build(
    image: ImageSettingsForBuild,
    options: {
      /** Absolute; exists. */
      readonly folder: string
      /** The commit's time: what the build writes gets it, so that the same commit gives the same digest. */
      readonly sourceDate?: Date
      readonly signal: AbortSignal
      readonly onOutput: (chunk: Uint8Array) => void
    },
  ): Promise<BuiltImage>
}
