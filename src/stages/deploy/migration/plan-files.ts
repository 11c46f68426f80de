/** What a folder of migrations has, told by names alone. */
export interface FilePlan {
  /** Paths below the folder, in the order in which they were given. */
  readonly taken: readonly string[]
  /** SQL that would not be applied, each as `path: why`. */
  readonly refused: readonly string[]
}

/** `V1__a.sql`, `V2024.01_2__b.sql`, `U1__a.sql`, `B7__base.sql`, `R__views.sql`: Flyway's own prefixes. */
const migration = /^(?:[VUB]\d+(?:[._]\d+)*(?:__.*)?|R__.*)\.sql$/

/** `beforeMigrate.sql`, `afterEachMigrate__grant.sql`: SQL that Flyway runs at an event. */
const callback = /^(?:(?:before|after)[A-Z][A-Za-z]*|createSchema)(?:__.*)?\.sql$/

/** Names that a ConfigMap can have as keys. */
const key = /^[-.\w]{1,253}$/

/**
 * Which files the migration Job gets. Every other file with SQL, and every setting of one, is refused with the reason;
 * what holds no SQL by its name (`README.md`, `.gitkeep`) is neither. Pure.
 *
 * @param paths of files, relative to the folder
 */
export function planFiles(paths: readonly string[]): FilePlan {
  const sql = paths.filter((path) => /\.sql(?:\.conf)?$/i.test(path))
  const judged = sql.map((path) => ({ path, why: whyNot(path) }))
  return {
    taken: judged.filter(({ why }) => why === undefined).map(({ path }) => path),
    refused: judged.flatMap(({ path, why }) => (why === undefined ? [] : [`${path}: ${why}`])),
  }
}

function whyNot(path: string): string | undefined {
  if (/\.conf$/i.test(path)) return 'settings of one script do not reach Flyway yet'
  if (path.includes('/')) return 'files in subfolders are not applied yet; move it to the folder itself'
  if (!path.endsWith('.sql')) return 'Flyway applies only names that end with .sql in lower case'
  if (!key.test(path)) return 'a ConfigMap holds only names of the letters a to z, digits, ".", "_" and "-"'
  if (migration.test(path) || callback.test(path)) return undefined
  return 'Flyway passes over this name; it applies V1__what.sql, R__what.sql and callbacks such as afterMigrate.sql'
}
