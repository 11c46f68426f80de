import { type CatalogueEntry, configuration, remote, workload } from './entry.ts'

/** What can go wrong between the jobs of one run: artifacts, and what they hand over. */
export const jobs = {
  E_ARTIFACT_UNAVAILABLE: remote(
    'The artifact service of GitHub Actions cannot be used.',
    'Rerun the job. On GitHub Enterprise Server use the one-job form: docs/reusable-workflow.md says why.',
  ),
  E_ARTIFACT_MISSING: remote(
    'An artifact that an earlier job made is not there any more.',
    'Rerun all jobs: artifacts are kept for 7 days, or less where the repository says so.',
  ),
  E_ARTIFACT_DIGEST: workload(
    'An artifact is not the one that the job before handed over: somebody else wrote it.',
    'Look at what the commit runs in build, test, scan and image-build: one of these jobs replaced it.',
  ),
  E_ARTIFACT_INVALID: workload(
    'An artifact is not as Stagegate writes it, or is too large.',
    'Look at what the commit runs in the job that made it.',
  ),
  E_ARTIFACT_TOO_LARGE: configuration(
    'What a job hands over does not fit into one artifact.',
    'Make the image smaller, or use the one-job form, which pushes the image where it was built.',
  ),
  E_JOB_SKIPPED: workload(
    'GitHub skipped a job that was planned to run, though no job before it failed.',
    'Run all jobs of the run again: "Re-run failed jobs" leaves a job that was skipped as it is.',
  ),
  E_JOB_REJECTED: workload(
    'The job deploy ended before it began: a reviewer rejected it, or a rule of the environment refused it.',
    'Look at the review of the deployment on the page of the run, and at the deployment branches of the environment; then run the failed jobs again.',
  ),
  E_HANDOVER_MISSING: workload(
    'An earlier job of the run ended without a result.',
    'Read the log of that job, and rerun it.',
  ),
  E_HANDOVER_INVALID: workload(
    'What an earlier job handed over does not belong to this commit and configuration, or makes no sense.',
    'Rerun all jobs; all of them need the same inputs.',
  ),
  E_JOB_INVALID: configuration(
    'The input needs is set, and this call is not one that the reusable workflow makes.',
    'Use the reusable workflow as it is, or leave the input needs out.',
  ),
} as const satisfies Record<string, CatalogueEntry>
