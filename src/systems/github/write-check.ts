import { RequestError } from '@octokit/request-error'
import { type Api, idOf } from './api.ts'
import { type ApiAnnotation, findMissing, toApiAnnotations } from './check-annotations.ts'
import { createByKey } from './create-by-key.ts'
import type { CheckRun } from './github.ts'

/** GitHub refuses more in one request. */
const ANNOTATIONS_PER_REQUEST = 50

/**
 * Creates the check run of an external id, or updates it. Annotations of an update are added by GitHub, so only those
 * that are not there yet are sent: in batches, also after an answer was lost.
 */
export async function writeCheck(api: Api, check: CheckRun, signal: AbortSignal): Promise<void> {
  const annotations = toApiAnnotations(check.annotations, api.redact)
  // Another app may have taken our external id; GitHub does not let us touch its run.
  const foreign = new Set<number>()
  for (;;) {
    const existing = await findRun(api, check, foreign, signal)
    if (existing === undefined) {
      const first = annotations.slice(0, ANNOTATIONS_PER_REQUEST)
      const id = await createRun(api, check, first, foreign, signal)
      const rest = annotations.slice(ANNOTATIONS_PER_REQUEST)
      if (rest.length > 0) await updateRun(api, id, check, rest, signal)
      return
    }
    try {
      const missing = await findMissing(api, existing, annotations, signal)
      await updateRun(api, existing, check, missing, signal)
      return
    } catch (thrown) {
      if (!isOfOtherApp(thrown)) throw thrown
      foreign.add(existing)
    }
  }
}

async function findRun(
  { rest, at }: Api,
  { commit, name, externalId }: CheckRun,
  except: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { data } = await rest.checks.listForRef({
    ...at,
    ...{ ref: commit, check_name: name, filter: 'all', per_page: 100 },
    request: { signal },
  })
  return data.check_runs.find((run) => run.external_id === externalId && !except.has(run.id))?.id
}

async function createRun(
  api: Api,
  check: CheckRun,
  annotations: readonly ApiAnnotation[],
  foreign: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<number> {
  return createByKey(
    async () => {
      const body = { ...bodyOf(check, annotations, api.redact), head_sha: check.commit }
      return idOf((await api.rest.checks.create({ ...api.at, ...body, request: { signal } })).data)
    },
    () => findRun(api, check, foreign, signal),
    api.clock,
    signal,
  )
}

/** Sends what the run says, and annotations batch by batch; with none, one request all the same. */
async function updateRun(
  api: Api,
  id: number,
  check: CheckRun,
  annotations: readonly ApiAnnotation[],
  signal: AbortSignal,
): Promise<void> {
  for (let sent = 0; sent === 0 || sent < annotations.length; sent += ANNOTATIONS_PER_REQUEST) {
    const batch = annotations.slice(sent, sent + ANNOTATIONS_PER_REQUEST)
    let missing = batch
    await createByKey(
      async () => {
        const body = bodyOf(check, missing, api.redact)
        await api.rest.checks.update({ ...api.at, check_run_id: id, ...body, request: { signal } })
        return true
      },
      async () => {
        missing = [...(await findMissing(api, id, batch, signal))]
        return batch.length > 0 && missing.length === 0 ? true : undefined
      },
      api.clock,
      signal,
    )
  }
}

function bodyOf(check: CheckRun, annotations: readonly ApiAnnotation[], redact: (text: string) => string) {
  return {
    name: check.name,
    external_id: check.externalId,
    details_url: check.detailsUrl,
    status: check.status,
    ...(check.conclusion === undefined ? {} : { conclusion: check.conclusion }),
    output: {
      title: redact(check.title),
      summary: redact(check.summary),
      ...(check.text === undefined ? {} : { text: redact(check.text) }),
      annotations: [...annotations],
    },
  }
}

function isOfOtherApp(thrown: unknown): boolean {
  return thrown instanceof RequestError && thrown.status === 403 && /invalid app_id/i.test(thrown.message)
}
