/** What Flyway said of itself, read from its log. */
export interface FlywayResult {
  readonly applied: number
  /** Schema version after the run, as Flyway names it. */
  readonly version: string | undefined
  readonly checksumMismatch: boolean
  /** The script that failed and why, in one line: `V3__roles.sql: permission denied to create role`. */
  readonly cause: string | undefined
  /** Its own error, shortened: the SQL state, message, location; each line once. */
  readonly error: readonly string[]
}

/** Reads the log of `flyway migrate` (versions 9 to 11). Text that it does not know leaves the fields empty. */
export function parseFlyway(log: string): FlywayResult {
  const applied = /Successfully applied (\d+) migrations?/.exec(log)?.[1]
  const version =
    /now at version v?([\w.]+)/.exec(log)?.[1] ?? /Current version of schema "[^"]*": ([\w.]+)/.exec(log)?.[1]
  return {
    applied: applied === undefined ? 0 : Number(applied),
    version,
    checksumMismatch: /checksum mismatch/i.test(log),
    cause: parseCause(log),
    error: parseError(log),
  }
}

function parseCause(log: string): string | undefined {
  const script = /Script (\S+\.sql) failed/.exec(log)?.[1]
  const message = /^Message\s*: (?:ERROR: )?(.+)$/m.exec(log)?.[1] ?? /^ERROR: (.+)$/m.exec(log)?.[1]
  if (message === undefined) return undefined
  const line = /^Line\s*: (\d+)$/m.exec(log)?.[1]
  const where = script === undefined ? '' : `${script}${line === undefined ? '' : `:${line}`}: `
  return `${where}${message.trim()}`
}

/** The lines from the first error on that say something new; Flyway repeats itself for each cause. */
function parseError(log: string): readonly string[] {
  const lines = log.split('\n').map((line) => line.trim())
  const start = lines.findIndex((line) => /^ERROR:|FlywayException/.test(line))
  if (start < 0) return []
  const telling = lines
    .slice(start)
    .filter(
      (line) =>
        /\w/.test(line) &&
        !/^Caused by: Script|^Statement\s*: Run Flyway with -X|^Error Code\s*: 0$/.test(line),
    )
  return [...new Set(telling)].slice(0, 10)
}
