import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { explainUnwritable } from '../systems/runner/explain-unwritable.ts'

/**
 * Makes the run's own temporary folder, for this user alone.
 *
 * @param path absolute, in RUNNER_TEMP
 * @throws StagegateError E_RUNNER_FILES where no folder can be made there
 */
export async function makeTemporary(path: string): Promise<void> {
  const parent = dirname(path)
  try {
    await makeFolders(parent)
    await mkdir(path, { mode: 0o700 })
  } catch (thrown) {
    throw await explainUnwritable(thrown, 'RUNNER_TEMP', parent)
  }
}

/** As `mkdir` with `recursive` does, which tries for ever where no folder can be made, such as in /proc. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw thrown
    await makeFolders(dirname(path))
    await mkdir(path)
  }
}
