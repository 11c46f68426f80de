import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

const FOLDER = 'db/migration'

/** Looks for SQL files that are named as Flyway names versioned migrations: `V2__add_style.sql`. */
export async function detectFlyway(workspace: Workspace): Promise<Detection<string>> {
  const names = await workspace.list(FOLDER)
  const file = names.find((each) => /^V[0-9][0-9.]*(?:_[0-9.]+)*__.+\.sql$/.test(each))
  return file === undefined
    ? notFound(`${FOLDER}/V*__*.sql`)
    : found(FOLDER, `${FOLDER}/${file} is named as Flyway's migrations are`)
}
