import type { RestEndpointMethodTypes } from '@octokit/rest'
import type { Api } from './api.ts'
import type { StoredCheck } from './github.ts'
import type { KnownChecks } from './known-checks.ts'
import { readPages } from './read-pages.ts'

export type ApiCheckRun =
  RestEndpointMethodTypes['checks']['listForRef']['response']['data']['check_runs'][number]

/** Check runs of a commit whose external id starts with a prefix, whoever wrote them. */
export async function findChecks(
  known: KnownChecks,
  commit: string,
  externalIdPrefix: string,
  signal: AbortSignal,
): Promise<readonly StoredCheck[]> {
  const all = await known.list(commit, signal)
  return all
    .filter((run) => run.external_id?.startsWith(externalIdPrefix) === true)
    .map((run) => ({
      id: run.id,
      name: run.name,
      commit: run.head_sha,
      externalId: run.external_id ?? '',
      status: run.status,
      conclusion: run.conclusion ?? undefined,
      text: run.output.text ?? '',
      detailsUrl: run.details_url ?? '',
      app: run.app?.slug ?? '',
      completedAt: run.completed_at ?? undefined,
    }))
}

/** Every check run of a commit: of all apps, running or complete, replaced ones too. */
export async function listChecks(
  { rest, at }: Api,
  commit: string,
  signal: AbortSignal,
): Promise<readonly ApiCheckRun[]> {
  const pages = readPages((page) =>
    rest.checks.listForRef({
      ...at,
      ...{ ref: commit, filter: 'all', per_page: 100, page },
      request: { signal },
    }),
  )
  const found: ApiCheckRun[] = []
  for await (const { data } of pages) found.push(...data.check_runs)
  return found
}
