/** What Flyway said of itself, read from its log. */
export interface FlywayResult {
  readonly applied: number
  /** Schema version after the run, as Flyway names it. */
  readonly version: string | undefined
  readonly checksumMismatch: boolean
  /** Its own error, shortened: the SQL state, message, location. */
  readonly error: readonly string[]
}

/** Reads the log of `flyway migrate` (versions 9 to 11). Text that it does not know leaves the fields empty. */
export function parseFlyway(log: string): FlywayResult {
  const applied = /Successfully applied (\d+) migrations?/.exec(log)?.[1]
  const version =
    /now at version v?([\w.]+)/.exec(log)?.[1] ?? /Current version of schema "[^"]*": ([\w.]+)/.exec(log)?.[1]
  const lines = log.split('\n').map((line) => line.trimEnd())
  const start = lines.findIndex(
    (line) =>
      /^ERROR:|^Migration .* failed$|FlywayException|failed\b.*$/.test(line) && !line.startsWith('WARN'),
  )
  return {
    applied: applied === undefined ? 0 : Number(applied),
    version,
    checksumMismatch: /checksum mismatch/i.test(log),
    error:
      start < 0
        ? []
        : lines
            .slice(start)
            .filter((line) => /\w/.test(line))
            .slice(0, 12),
  }
}
