import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { folderOf, type PartContext } from '../part.ts'

const advisories = join(import.meta.dirname, 'advisories', 'npm')

/**
 * Packs the advisories beside this file as the archive that `osv-scanner --offline` reads:
 * `<folder>/osv-scanner/<ecosystem>/all.zip`.
 * @returns the folder for `OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY`.
 */
export async function ensureOsvDatabase(context: PartContext): Promise<string> {
  const database = folderOf(context, 'osv')
  const archive = join(folderOf(context, 'osv', 'osv-scanner', 'npm'), 'all.zip')
  rmSync(archive, { force: true })
  await run(['zip', '-q', '-X', archive, ...readdirSync(advisories)], { cwd: advisories })
  return database
}
