/** What is built, as `image` in the configuration says it. */
export interface ImageSettingsForBuild {
  /** Absolute paths. */
  readonly context: string
  readonly file: string
  readonly target: string | undefined
  readonly buildArgs: Readonly<Record<string, string>>
  readonly platforms: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}
