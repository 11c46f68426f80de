import type { ImageSettingsForBuild } from './image-settings.ts'

export interface BuiltImage {
  /** Digest of what was built: of the index when there are several platforms or attestations. `sha256:…` */
  readonly digest: string
  /** Folder of the OCI layout that holds it. */
  readonly layout: string
}

/** docker buildx, driven by argument vectors; nothing of the run's credentials reaches the build. */
export interface Docker {
  /** Versions of the client, buildx and the engine. @throws StagegateError E_BUILD_DAEMON, E_TOOL_MISSING */
  check(signal: AbortSignal): Promise<{ readonly buildx: string }>
  /** Builds once, into an OCI layout in `folder`. @throws StagegateError E_IMAGE_BUILD_FAILED with the Dockerfile's line */
  build(
    image: ImageSettingsForBuild,
    options: {
      readonly folder: string
      readonly signal: AbortSignal
      readonly onOutput: (chunk: Uint8Array) => void
    },
  ): Promise<BuiltImage>
}
