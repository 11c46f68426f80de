import type { StoredStatus } from '../systems/github/github.ts'

/**
 * Whether a status was there before a run: written by an earlier run or attempt, or by somebody else, at a time when the
 * run had not started. A rerun of an older run comes later than its number says, so the time counts too. Pure.
 *
 * @param runUrl page of the run's attempt
 * @param startedAt when the run started, in ISO 8601
 */
export function wroteBefore(
  { targetUrl, createdAt }: Pick<StoredStatus, 'targetUrl' | 'createdAt'>,
  runUrl: string,
  startedAt: string,
): boolean {
  const [theirs, own] = [parseRun(targetUrl), parseRun(runUrl)]
  if (theirs !== undefined && own !== undefined) {
    if (theirs.run > own.run || (theirs.run === own.run && theirs.attempt > own.attempt)) return false
  }
  // A time that is not said is no reason to leave the status of a run that is known to be older.
  const written = Date.parse(createdAt)
  return Number.isNaN(written) ? theirs !== undefined : written < Date.parse(startedAt)
}

/** Run and attempt of the page of an attempt. */
function parseRun(url: string): { readonly run: number; readonly attempt: number } | undefined {
  const [, run, attempt] = /\/actions\/runs\/(\d+)\/attempts\/(\d+)$/.exec(url) ?? []
  return run === undefined ? undefined : { run: Number(run), attempt: Number(attempt) }
}
