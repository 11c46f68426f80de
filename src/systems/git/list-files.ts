import type { Finished } from '../runner/processes.ts'
import type { CheckoutFiles } from './git.ts'

/** A file list of a large repository; Git's own limit is far above. */
const KEEP_BYTES = 256 * 1024 * 1024
const SYMBOLIC_LINK = '120000'
const SUBMODULE = '160000'

/** Runs a local Git command, and keeps that much of its output. */
type ListGit = (args: readonly string[], keepBytes: number) => Promise<Finished>

/** What the workspace holds, by Git's index. See `Git.listFiles`. */
export async function listFiles(local: ListGit): Promise<CheckoutFiles> {
  const [index, others] = await Promise.all([
    local(['ls-files', '--stage', '-z'], KEEP_BYTES),
    local(['ls-files', '--others', '--directory', '--no-empty-directory', '-z'], KEEP_BYTES),
  ])
  const tracked = new Set<string>()
  const submodules = new Set<string>()
  for (const entry of split(index.stdout)) {
    // <mode> <object> <stage>\t<path>
    const tab = entry.indexOf('\t')
    const path = entry.slice(tab + 1)
    if (entry.startsWith(SUBMODULE)) submodules.add(path)
    else if (!entry.startsWith(SYMBOLIC_LINK)) tracked.add(path)
  }
  return { tracked: [...tracked], submodules: [...submodules], untracked: split(others.stdout) }
}

function split(text: string): readonly string[] {
  return text.split('\0').filter((each) => each !== '')
}
