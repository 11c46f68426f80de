import type { StageResult } from '../pipeline/index.ts'
import type { HandedOver } from './document.ts'

/**
 * When the run began, by the clock of its first job; milliseconds since 1970. Only jobs that run no code of the commit are
 * asked: another one could say 1970. Undefined where none of them is there.
 *
 * @param startedAt of the job that asks: no job before it began later
 */
export function beginOf(
  parts: readonly { readonly trusted: boolean; readonly document?: HandedOver }[],
  startedAt: number,
): number | undefined {
  const starts = parts.flatMap(({ trusted, document }) =>
    trusted && document !== undefined ? [document.startedAt] : [],
  )
  return starts.length === 0 ? undefined : Math.min(startedAt, ...starts)
}

/**
 * A stage of another job with times that count from the run's begin instead of the job's, never before it and never after
 * the job that asks began: machines' clocks differ, and a job may say what it likes. Pure.
 *
 * @param jobStartedAt milliseconds since 1970, as are `began` and `now`
 * @param began undefined leaves the times as they are
 */
export function placeInTime(
  stage: StageResult,
  jobStartedAt: number,
  began: number | undefined,
  now: number,
): StageResult {
  if (began === undefined) return stage
  const place = <Timed extends { readonly startedAt?: number; readonly endedAt?: number }>(
    timed: Timed,
  ): Timed => {
    const move = (at: number): number => Math.min(Math.max(jobStartedAt + at - began, 0), now - began)
    return {
      ...timed,
      ...(timed.startedAt === undefined ? {} : { startedAt: move(timed.startedAt) }),
      ...(timed.endedAt === undefined ? {} : { endedAt: move(timed.endedAt) }),
    }
  }
  return place({ ...stage, steps: stage.steps.map(place) })
}
