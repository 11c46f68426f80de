/** Whose fault an error is: the user's configuration, the code or workload, a remote system, or Stagegate itself. */
export type Blame = 'configuration' | 'workload' | 'remote' | 'internal'

export interface CatalogueEntry {
  readonly blame: Blame
  /** What the code means, in one sentence. */
  readonly meaning: string
  /** The next step that is offered when the place that throws knows no better one. */
  readonly next: string
}

/** An entry of each blame. */
export const configuration = (meaning: string, next: string): CatalogueEntry => ({
  blame: 'configuration',
  meaning,
  next,
})
export const workload = (meaning: string, next: string): CatalogueEntry => ({
  blame: 'workload',
  meaning,
  next,
})
export const remote = (meaning: string, next: string): CatalogueEntry => ({ blame: 'remote', meaning, next })
export const internal = (meaning: string, next: string): CatalogueEntry => ({
  blame: 'internal',
  meaning,
  next,
})

/** The next step where only we can mend it. */
export const REPORT_BUG = 'Rerun the job; if it happens again, open an issue with the log.'
