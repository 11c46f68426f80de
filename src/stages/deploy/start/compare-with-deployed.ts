import { toStagegateError } from '../../../errors/index.ts'
import type { CommitComparison } from '../../../systems/git/git.ts'
import type { Deployment } from '../deployment.ts'

/** How this run's commit stands to the deployed one, or why that cannot be told. */
export type ComparedWithDeployed =
  | CommitComparison
  /** There is no common history: what was deployed was taken out of the repository. */
  | { readonly unrelated: string }
  | { readonly unknown: string }

/** By the checkout's own history; where that does not reach, by GitHub's. */
export async function compareWithDeployed(
  { config, systems }: Pick<Deployment, 'config' | 'systems'>,
  deployed: string,
  signal: AbortSignal,
): Promise<ComparedWithDeployed> {
  const { commit } = config.trigger
  const local = await systems.git.compareCommits(config.workspace, deployed, commit, signal)
  if (local !== undefined) return local
  const { github } = systems
  if (github === undefined)
    return { unknown: 'the history of the checkout is too short (fetch-depth: 0 makes it whole)' }
  try {
    const told = await github.compareCommits(deployed, commit, signal)
    return (
      told ?? {
        unrelated: `GitHub no longer has the deployed ${deployed.slice(0, 12)}, or it shares no history with ${commit.slice(0, 12)}`,
      }
    )
  } catch (thrown) {
    signal.throwIfAborted()
    return { unknown: toStagegateError(thrown).message.replace(/\.$/, '') }
  }
}
