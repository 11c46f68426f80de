import type { Api } from './api.ts'
import { createByKey } from './create-by-key.ts'
import type { CommitStatus, StoredStatus } from './github.ts'
import { readPages } from './read-pages.ts'
import { cut } from '../../text/index.ts'

/** GitHub refuses a longer description with 422. Characters. */
export const DESCRIPTION_LIMIT = 140

/** The newest status of a context on a commit. Contexts that differ in case only are the same to GitHub. */
export async function findStatus(
  { rest, at }: Api,
  commit: string,
  context: string,
  signal: AbortSignal,
): Promise<StoredStatus | undefined> {
  const pages = readPages((page) =>
    rest.repos.listCommitStatusesForRef({ ...at, ref: commit, per_page: 100, page, request: { signal } }),
  )
  for await (const { data } of pages) {
    const found = data.find((each) => each.context.toLowerCase() === context.toLowerCase())
    if (found !== undefined) {
      return {
        state: stateOf(found),
        description: found.description ?? '',
        targetUrl: found.target_url ?? '',
        createdAt: (found as { created_at?: string }).created_at ?? '',
      }
    }
  }
  return undefined
}

/** Gitea and Forgejo call it `status`. */
function stateOf(status: { readonly state?: string; readonly status?: string }): string {
  return status.state ?? status.status ?? ''
}

export async function writeStatus(api: Api, status: CommitStatus, signal: AbortSignal): Promise<void> {
  const description = cut(status.description, DESCRIPTION_LIMIT)
  const { commit, state, context, targetUrl } = status
  await createByKey(
    async () => {
      await api.rest.repos.createCommitStatus({
        ...api.at,
        ...{ sha: commit, state, context, description, target_url: targetUrl },
        request: { signal },
      })
      return true
    },
    async () => {
      const newest = await findStatus(api, commit, context, signal)
      const same =
        newest?.state === state && newest.description === description && newest.targetUrl === targetUrl
      return same ? true : undefined
    },
    api.clock,
    signal,
  )
}
