import { join, relative } from 'node:path'
import { StagegateError } from '../../../errors/index.ts'
import type { Files } from '../../../systems/runner/files.ts'
import type { MigrationFile } from '../deployment.ts'
import { decodeSql } from './decode-sql.ts'
import { planFiles } from './plan-files.ts'

/** A Kubernetes object's limit is 1 MiB in etcd; the rest is room for its metadata. */
const MAX_SQL_BYTES = 900_000

/** How many files and folders are looked at below the folder of the migration. */
const MAX_ENTRIES = 10_000

/**
 * All SQL of the migration. It is read before anything is written, so that SQL which would not be applied stops the run
 * while nothing has changed.
 *
 * @param locations the folder, relative to `root`
 * @throws StagegateError E_MIGRATION_FILES with every file that would not be applied, and why
 */
export async function readMigrations(
  files: Pick<Files, 'lookBelow' | 'readBytes' | 'realFolder'>,
  root: string,
  locations: string,
): Promise<readonly MigrationFile[]> {
  if ((await files.realFolder(root, locations)) === undefined)
    throw failure(`There is no folder ${locations}.`, [], CORRECT_LOCATIONS)
  const found = await files.lookBelow(root, locations, MAX_ENTRIES)
  if (found.tooMany) throw failure(`${locations} has more than ${MAX_ENTRIES} files and folders.`)
  const { taken, refused } = planFiles(found.files.map((path) => relative(locations, path)))
  const wrong = [
    ...refused.map((each) => join(locations, each)),
    ...found.escapes.map((path) => `${path}: the link leads out of the checkout, or nowhere`),
    ...found.strange.map((path) => `${path}: is neither a file nor a folder`),
  ]
  const read: MigrationFile[] = []
  let bytes = 0
  for (const name of taken) {
    const content = (await files.readBytes(root, join(locations, name))) ?? new Uint8Array()
    bytes += content.byteLength
    const decoded = decodeSql(content)
    if ('text' in decoded) read.push({ name, content: decoded.text })
    else
      wrong.push(
        `${join(locations, name)}: is not UTF-8 at byte ${decoded.byte} (line ${decoded.line}); save it as UTF-8`,
      )
  }
  if (wrong.length > 0) {
    const count = wrong.length === 1 ? 'a file' : `${wrong.length} files`
    throw failure(`${locations} has ${count} that would not be applied as written.`, wrong.sort())
  }
  if (read.length === 0) throw failure(`There is no .sql file in ${locations}.`, [], CORRECT_LOCATIONS)
  if (bytes > MAX_SQL_BYTES) {
    throw failure(
      `The ${read.length} files in ${locations} have ${bytes} bytes; a ConfigMap holds ${MAX_SQL_BYTES}.`,
      [],
      'Move old migrations into a baseline.',
    )
  }
  return read
}

const CORRECT_LOCATIONS = 'Correct deploy.migration.locations.'

function failure(message: string, evidence: readonly string[] = [], next?: string): StagegateError {
  return new StagegateError('E_MIGRATION_FILES', {
    message,
    ...(evidence.length === 0 ? {} : { evidence }),
    state: 'Nothing was applied; the database was not changed.',
    ...(next === undefined ? {} : { next }),
  })
}
