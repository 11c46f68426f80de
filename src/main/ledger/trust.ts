/** Who wrote a pass, as its check run says: to be believed only as far as GitHub itself bears it out. */
export interface PassWriter {
  /** Id of the workflow run. */
  readonly run: string
  readonly attempt: number
  /** Path of the workflow's file in the repository: `.github/workflows/staging.yml`; empty where the runner names none. */
  readonly workflow: string
  /** The job's key in that file. */
  readonly job: string
  /** The name of the runner that had the job. */
  readonly runner: string
}

/**
 * The form in which the pipeline is used, and with it who may write its ledger.
 *
 * `one-job`: one call does everything, so only the same job of the same workflow, in this or an earlier run.
 * `steps`: several calls of one workflow, in steps or jobs of it; what each of them wrote counts.
 * `reusable`: the trusted jobs of the reusable workflow. They run none of the commit's code, and that a stage has passed
 * is what GitHub itself says of the stage's job, which no token can write.
 */
export type LedgerForm =
  | { readonly kind: 'one-job'; readonly job: string }
  | { readonly kind: 'steps' }
  | {
      readonly kind: 'reusable'
      /** `OWNER/REPO/.github/workflows/staging.yml` of the called workflow, without its ref. */
      readonly called: string
      /** Keys of the jobs that may write. */
      readonly writers: readonly string[]
      /** Stage → key of the job that must have ended with `success` in the run that the pass names. */
      readonly stageJobs: Readonly<Record<string, string>>
    }

/** The call that asks. */
export interface LedgerReader {
  readonly form: LedgerForm
  readonly repository: string
  readonly headCommit: string
  readonly run: string
  readonly attempt: number
  /** Undefined where the runner does not say it (GITHUB_WORKFLOW_REF): then only this very run is believed. */
  readonly workflow: string | undefined
}

/** What GitHub says of one attempt of a workflow run: no token of a job can write this. */
export interface RunFacts {
  readonly repository: string
  /** Where the run's commit came from; another repository for a fork. */
  readonly headRepository: string
  readonly headCommit: string
  readonly event: string
  /** Path of the workflow's file, without a ref. */
  readonly workflow: string
  /** Reusable workflows that the run called: `OWNER/REPO/PATH`, without their refs. */
  readonly called: readonly string[]
  readonly jobs: readonly JobFacts[]
}

export interface JobFacts {
  /** As people see it: the key, unless the workflow gives it a name; `caller / called` in a reusable workflow. */
  readonly name: string
  readonly runner: string
  /** Undefined while it runs. */
  readonly conclusion: string | undefined
}

/**
 * Whether the writer of a pass has to be looked up. An earlier step, job or attempt of this very run needs no proof of
 * where it belongs: run id, repository, workflow, commit and event are this call's own. Pure.
 */
export function needsProof(writer: PassWriter, { form, run }: LedgerReader): boolean {
  return form.kind === 'reusable' || writer.run !== run
}

/**
 * Why a pass is not believed, or undefined when it is: only from the workflow and job that this form writes its ledger
 * with, on this commit, in this repository. Pure.
 *
 * @param facts undefined where GitHub knows no such run or attempt, or the caller needs no proof
 */
export function refuteWriter(
  stage: string,
  writer: PassWriter,
  reader: LedgerReader,
  facts: RunFacts | undefined,
): string | undefined {
  const { form } = reader
  const jobs = form.kind === 'one-job' ? [form.job] : form.kind === 'reusable' ? form.writers : undefined
  if (jobs?.includes(writer.job) === false) return `the job ${writer.job} does not write this form's ledger`
  // A call that does everything is the first of its attempt to write: what names this attempt is not of its job.
  const latest = form.kind === 'one-job' ? reader.attempt - 1 : reader.attempt
  if (writer.run === reader.run && writer.attempt > latest) {
    return `attempt ${writer.attempt} of this run has not been`
  }
  if (writer.workflow !== (reader.workflow ?? writer.workflow)) return `another workflow, ${writer.workflow}`
  if (!needsProof(writer, reader)) return undefined
  if (reader.workflow === undefined) return 'the runner does not name its workflow'
  if (facts === undefined) return 'GitHub knows no such run'
  return refuteRun(reader, facts) ?? refuteJob(stage, writer, form, facts)
}

function refuteRun(reader: LedgerReader, facts: RunFacts): string | undefined {
  if (!sameName(facts.repository, reader.repository)) return `a run of ${facts.repository}`
  if (!sameName(facts.headRepository, reader.repository)) return `a run for the fork ${facts.headRepository}`
  if (facts.event === 'pull_request_target') return 'a run of pull_request_target'
  if (facts.headCommit !== reader.headCommit) return `a run for the commit ${facts.headCommit}`
  if (facts.workflow !== reader.workflow) return `a run of the workflow ${facts.workflow}`
  return undefined
}

function refuteJob(
  stage: string,
  writer: PassWriter,
  form: LedgerForm,
  { called, jobs }: RunFacts,
): string | undefined {
  if (form.kind !== 'reusable') {
    const found = jobs.some(
      ({ name, runner }) => isNamed(name, writer.job) || (runner !== '' && runner === writer.runner),
    )
    return found ? undefined : `the run has no job ${writer.job}`
  }
  if (!called.includes(form.called)) return `the run does not call ${form.called}`
  const key = form.stageJobs[stage]
  const callers = callersOf(writer, jobs)
  const own = jobs.filter(
    ({ name }) => key !== undefined && isNamed(name, key) && (callers?.has(callerOf(name)) ?? true),
  )
  const passed = own.length > 0 && own.every(({ conclusion }) => conclusion === 'success')
  return passed ? undefined : `the job of the stage, ${key ?? 'none'}, did not succeed`
}

/** Whether a job's display name is that of a key: `scan`, `scan (semgrep)`, `staging / scan`. */
function isNamed(name: string, key: string): boolean {
  const last = name.split(' / ').at(-1) ?? ''
  return key !== '' && (last === key || last.startsWith(`${key} (`))
}

/** The job that called the workflow, by the name of a job of it: `api` of `api / scan`. */
function callerOf(name: string): string {
  return name.split(' / ').slice(0, -1).join(' / ')
}

/**
 * Which calls of the workflow the writer may be of: a run can call it once for each of several services, and what became
 * of another one says nothing of this one. Undefined where no runner's name tells them apart: then all of them.
 */
function callersOf({ job, runner }: PassWriter, jobs: readonly JobFacts[]): ReadonlySet<string> | undefined {
  const writers = jobs.filter((each) => runner !== '' && each.runner === runner && isNamed(each.name, job))
  return writers.length === 0 ? undefined : new Set(writers.map(({ name }) => callerOf(name)))
}

/** Names of owners and repositories are the same in any case. */
function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
