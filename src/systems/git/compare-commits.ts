import type { CommitComparison } from './git.ts'
import type { RunGit } from './git-command.ts'

/** Compares two commits by the checkout's own history, where all of it is there. See `Git.compareCommits`. */
export async function compareCommits(
  run: RunGit,
  workspace: string,
  base: string,
  head: string,
  signal: AbortSignal | undefined,
): Promise<CommitComparison | undefined> {
  const ask = async (...args: readonly string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await run({ workspace, args, signal })
    return exitCode === 0 ? stdout.trim() : undefined
  }
  if ((await ask('rev-parse', '--is-shallow-repository')) !== 'false') return undefined
  const counted = await ask('rev-list', '--left-right', '--count', `${base}...${head}`, '--')
  const [, behind, ahead] = /^(\d+)\s+(\d+)$/.exec(counted ?? '') ?? []
  // The checkout lacks one of them: it was pushed away, or is of a branch that was not fetched.
  if (behind === undefined || ahead === undefined) return undefined
  const [mergeBase, baseCommittedAt] = await Promise.all([
    ask('merge-base', base, head),
    ask('show', '--no-patch', '--no-show-signature', '--format=%cI', base, '--'),
  ])
  return { ahead: Number(ahead), behind: Number(behind), mergeBase, baseCommittedAt }
}
