import type { RunGit } from './git-command.ts'

/** Compares the commit in the workspace with its first parent. See `Git.changedInCommit`. */
export async function changedInCommit(
  run: RunGit,
  workspace: string,
  pathspecs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const args = ['diff', '--name-only', '--no-renames', '--no-ext-diff', '--relative', '-z', 'HEAD^', 'HEAD']
  const { exitCode, stdout } = await run({ workspace, args: [...args, '--', ...pathspecs], signal })
  // The first commit has no parent, and a checkout of depth 1 does not have it either.
  return exitCode === 0 ? stdout.split('\0').filter((each) => each !== '') : undefined
}
