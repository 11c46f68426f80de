import { RequestError } from '@octokit/request-error'
import { type Api, idOf } from './api.ts'
import { type ApiAnnotation, compareAnnotations, toApiAnnotations } from './check-annotations.ts'
import { createByKey } from './create-by-key.ts'
import type { CheckRun } from './github.ts'
import { untilVisible } from './until-visible.ts'
import type { KnownCheck, KnownChecks } from './known-checks.ts'

/** GitHub refuses more in one request. */
const ANNOTATIONS_PER_REQUEST = 50
/** GitHub refuses a longer summary. Bytes. */
const SUMMARY_BYTES = 65_535

/**
 * Creates the check run of an external id, or updates it. Annotations of an update are added by GitHub, so only those
 * that are not there yet are sent: in batches, also after an answer was lost.
 */
export async function writeCheck(
  api: Api,
  known: KnownChecks,
  check: CheckRun,
  signal: AbortSignal,
): Promise<void> {
  const annotations = toApiAnnotations(check.annotations)
  for (;;) {
    const existing = await known.find(check.commit, check.externalId, signal)
    if (existing === undefined) {
      const first = annotations.slice(0, ANNOTATIONS_PER_REQUEST)
      const created = await createRun(api, known, check, first, signal)
      const rest = annotations.slice(created.annotations)
      if (rest.length > 0) await updateRun(api, created.id, check, rest, signal)
      known.set(check.commit, { ...created, annotations: annotations.length })
      return
    }
    try {
      const { missing, gone } =
        existing.annotations === 0
          ? { missing: annotations, gone: 0 }
          : await untilVisible(
              () => compareAnnotations(api, existing.id, annotations, signal),
              api.clock,
              signal,
            )
      await updateRun(api, existing.id, withoutGone(check, gone), missing, signal)
      known.set(check.commit, { ...existing, annotations: existing.annotations + missing.length })
      return
    } catch (thrown) {
      // Another app may have taken our external id; GitHub does not let us touch its run.
      if (!isForeignOrGone(thrown)) throw thrown
      known.exclude(existing.id)
    }
  }
}

async function createRun(
  api: Api,
  known: KnownChecks,
  check: CheckRun,
  annotations: readonly ApiAnnotation[],
  signal: AbortSignal,
): Promise<KnownCheck> {
  const { externalId, commit } = check
  return createByKey(
    async () => {
      const body = { ...bodyOf(check, annotations), head_sha: commit }
      const { data } = await api.rest.checks.create({ ...api.at, ...body, request: { signal } })
      return { id: idOf(data), externalId, annotations: annotations.length }
    },
    async () => {
      await known.list(commit, signal)
      return known.find(commit, externalId, signal)
    },
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
        const body = bodyOf(check, missing)
        const update = { ...api.at, check_run_id: id, ...body, request: { signal } }
        await untilVisible(() => api.rest.checks.update(update), api.clock, signal)
        return true
      },
      async () => {
        missing = [...(await compareAnnotations(api, id, batch, signal)).missing]
        return batch.length > 0 && missing.length === 0 ? true : undefined
      },
      api.clock,
      signal,
    )
  }
}

/** GitHub keeps every annotation that a check run ever had; those that no longer hold are at least named. */
function withoutGone(check: CheckRun, gone: number): CheckRun {
  if (gone === 0) return check
  const what = gone === 1 ? '1 annotation is' : `${gone} annotations are`
  const summary = `${what} of an earlier attempt and no longer true: GitHub takes none back.\n\n${check.summary}`
  return Buffer.byteLength(summary) > SUMMARY_BYTES ? check : { ...check, summary }
}

function bodyOf(check: CheckRun, annotations: readonly ApiAnnotation[]) {
  return {
    name: check.name,
    external_id: check.externalId,
    details_url: check.detailsUrl,
    status: check.status,
    ...(check.startedAt === undefined ? {} : { started_at: check.startedAt }),
    ...(check.conclusion === undefined ? {} : { conclusion: check.conclusion }),
    ...(check.conclusion === undefined || check.completedAt === undefined
      ? {}
      : { completed_at: check.completedAt }),
    output: {
      title: check.title,
      summary: check.summary,
      ...(check.text === undefined ? {} : { text: check.text }),
      annotations: [...annotations],
    },
  }
}

function isForeignOrGone(thrown: unknown): boolean {
  if (!(thrown instanceof RequestError)) return false
  return thrown.status === 404 || (thrown.status === 403 && /invalid app_id/i.test(thrown.message))
}
