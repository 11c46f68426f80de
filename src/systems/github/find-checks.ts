import type { Api } from './api.ts'
import type { StoredCheck } from './github.ts'
import { readPages } from './read-pages.ts'

/** Check runs of a commit whose external id starts with a prefix, whoever wrote them. */
export async function findChecks(
  { rest, at }: Api,
  commit: string,
  externalIdPrefix: string,
  signal: AbortSignal,
): Promise<readonly StoredCheck[]> {
  const pages = readPages((page) =>
    rest.checks.listForRef({
      ...at,
      ...{ ref: commit, filter: 'all', per_page: 100, page },
      request: { signal },
    }),
  )
  const found: StoredCheck[] = []
  for await (const { data } of pages) {
    for (const run of data.check_runs) {
      if (run.external_id?.startsWith(externalIdPrefix) !== true) continue
      found.push({
        id: run.id,
        name: run.name,
        commit: run.head_sha,
        externalId: run.external_id,
        status: run.status,
        conclusion: run.conclusion ?? undefined,
        text: run.output.text ?? '',
        detailsUrl: run.details_url ?? '',
        app: run.app?.slug ?? '',
        completedAt: run.completed_at ?? undefined,
      })
    }
  }
  return found
}
