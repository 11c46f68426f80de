import { RequestError } from '@octokit/request-error'
import type { CommitComparison } from '../git/git.ts'
import type { Api } from './api.ts'

/** Compares two commits; undefined when GitHub has no longer one of them, or they have nothing in common. */
export async function compareCommits(
  { rest, at }: Api,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<CommitComparison | undefined> {
  try {
    // The commits and files between them are not looked at: of each page one is the least that can be asked for.
    const { data } = await rest.repos.compareCommitsWithBasehead({
      ...at,
      basehead: `${base}...${head}`,
      per_page: 1,
      page: 2,
      request: { signal },
    })
    return {
      ahead: data.ahead_by,
      behind: data.behind_by,
      mergeBase: data.merge_base_commit.sha,
      baseCommittedAt: data.base_commit.commit.committer?.date,
    }
  } catch (thrown) {
    if (thrown instanceof RequestError && thrown.status === 404) return undefined
    throw thrown
  }
}
