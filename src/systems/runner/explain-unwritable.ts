import { stat } from 'node:fs/promises'
import { StagegateError } from '../../errors/index.ts'

/** What the file system answers where this user may not write, or where there is no place to write to. */
const DENIED: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS'],
  ...['ENOENT', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'],
])

/**
 * What was thrown when something of the runner was to be written, as an error of the configuration where this user cannot
 * write there: nearly always a job container that does not run as root, with files that the runner made as root.
 *
 * @param name of the variable that names the place, such as GITHUB_STATE
 * @param path absolute
 */
export async function explainUnwritable(thrown: unknown, name: string, path: string): Promise<unknown> {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (!DENIED.has(code)) return thrown
  const owner = await stat(path).then(
    ({ uid, mode }) => [`${path} belongs to uid ${uid}, with mode ${(mode & 0o7777).toString(8)}.`],
    () => [],
  )
  const uid = process.getuid?.()
  const isAbsent = code === 'ENOENT' || code === 'ENOTDIR'
  return new StagegateError('E_RUNNER_FILES', {
    message: `${name} (${path}) cannot be written by the user of this step${uid === undefined ? '' : ` (uid ${uid})`}: ${code}.`,
    evidence: owner,
    ...(isAbsent
      ? { next: 'Check that its folder is there; in a container of your own, that it is mounted.' }
      : {}),
    cause: thrown,
  })
}
