import { type JobId, stageOf } from './job.ts'
import type { Need } from './needs.ts'
import type { PlannedJobs } from './planned-jobs.ts'

/** One of the jobs that a matrix makes, or the one that a job without matrix is. */
export interface Leg {
  readonly job: { readonly id: JobId; readonly part: string; readonly trusted: boolean }
  /** Where it left its result, as it says itself. */
  readonly output: string | undefined
}

/** Whether preflight planned the job. */
export function isPlanned(id: JobId, jobs: PlannedJobs): boolean {
  const stage = stageOf(id)
  if (id === 'preflight') return true
  return stage in jobs && jobs[stage as 'build'] === 'run'
}

/** The legs of a job, in the order of its matrix. */
export function listLegs(id: JobId, jobs: PlannedJobs, { outputs }: Need): readonly Leg[] {
  const parts = {
    test: jobs.shards,
    scan: jobs.scans.map(({ scanner }) => scanner),
    'image-build': jobs.platforms,
  }
  if (!(id in parts)) {
    const trusted = id !== 'build'
    return [{ job: { id, part: '', trusted }, output: outputs['handed-over'] }]
  }
  return parts[id as keyof typeof parts].map((part, index) => ({
    job: { id, part, trusted: false },
    output: outputs[`leg-${index}`],
  }))
}
