/** The commit status as it was when a call began that runs no stage itself and judges what earlier calls have left. */
export interface Standing {
  /** `unknown`: GitHub did not say it. `none`: the commit has no such status. */
  readonly state: 'success' | 'failure' | 'error' | 'pending' | 'none' | 'unknown'
  /** Whether this very run wrote it, in any of its attempts. */
  readonly isOwn: boolean
}

/** What the conclusion has to know of a call beside the results of its stages. */
export interface Call {
  /** The input `stages`; undefined means all. */
  readonly asked: readonly string[] | undefined
  /** The job of the reusable workflow that the call is; undefined in the other forms. */
  readonly job: string | undefined
  /** Whether the event may deploy: only then is there a commit status. */
  readonly mayDeploy: boolean
  /** Whether earlier calls can have left their passes: those of a fork cannot. */
  readonly hasLedger: boolean
  /** Read for a call of `report` alone; undefined for any other. */
  readonly standing: Standing | undefined
  /** Whether a stage `test` that has passed in another call or job may have run no test at all. */
  readonly testsMayBeNone: boolean
}

/**
 * Whether this call only makes an end of what earlier calls did.
 *
 * @param asked the input `stages`; undefined means all
 */
export function isReportAlone(asked: readonly string[] | undefined): boolean {
  return asked?.every((stage) => stage === 'report') ?? false
}

/** Whether no call of the pipeline comes after this one: it selects everything, or `deploy`, or `report`. */
export function isLast({ asked, job }: Pick<Call, 'asked' | 'job'>): boolean {
  if (job !== undefined) return job === 'deploy' || job === 'report'
  return asked === undefined || asked.includes('deploy') || asked.includes('report')
}
