/** What started the run, read from the event: whom statuses go to, and what the run may do. */
export interface Trigger {
  /** The event's name: `push`, `pull_request`, `workflow_dispatch`, … */
  readonly event: string
  /** What happened, where the event's payload says it: `published`, `completed`, `closed`, … */
  readonly action: string | undefined
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string
  /** GitHub's number of that repository, which a rename leaves as it is. */
  readonly repositoryId?: string
  /** Statuses and checks go to this commit: on a pull request its head, never the merge commit. 40 hex digits. */
  readonly headCommit: string
  /** What is checked out, built and deployed: `GITHUB_SHA`, on a pull request the merge commit. 40 hex digits. */
  readonly commit: string
  /** Full ref: `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`. */
  readonly ref: string
  /** The branch that the event is about; in a merge queue the branch that is merged into. */
  readonly branch: string | undefined
  readonly tag: string | undefined
  /** Whether `branch` may be the name of a tag: the payload of workflow_run has one name for both. `settleBranch` asks. */
  readonly mayBeTag: boolean
  readonly pullRequest: { readonly number: number; readonly baseBranch: string } | undefined
  /** Why this run has no credentials (a fork, Dependabot), or undefined when it has. */
  readonly untrusted: string | undefined
  /**
   * Somebody else's commit that the event names while the run has credentials (`pull_request_target`): 40 hex digits.
   * The checkout refuses a workspace that is at it.
   */
  readonly foreignCommit: string | undefined
  /** Why this event deploys nothing, whatever `deploy.on` says (a workflow that failed); undefined where `deploy.on` decides. */
  readonly deploysNothing: string | undefined
  /** Why there is not even a commit to build (a branch was deleted): the run ends at once, and well. */
  readonly nothingToDo: string | undefined
  readonly run: {
    readonly id: string
    readonly attempt: number
    readonly number: number
    readonly workflow: string
    /** Path of the workflow's file: `.github/workflows/staging.yml`; undefined where the runner does not say it. */
    readonly workflowPath: string | undefined
    readonly job: string
    readonly actor: string
    /** Page of this attempt. */
    readonly url: string
  }
}
