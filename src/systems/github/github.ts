import type { ErrorCode } from '../../errors/index.ts'
import type { GitHubPermission, PermissionAnswer, PermissionSubject } from './ask-permission.ts'
import type { CommitComparison } from '../git/git.ts'

/** A commit status: one line on the commit, found again by its context. */
export interface CommitStatus {
  readonly commit: string
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly context: string
  /** Cut to 140 characters. */
  readonly description: string
  readonly targetUrl: string
}

export interface Annotation {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly startColumn?: number
  readonly level: 'failure' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

/** A check run, found again by its `externalId` and updated. */
export interface CheckRun {
  readonly commit: string
  readonly name: string
  readonly externalId: string
  readonly status: 'in_progress' | 'completed'
  readonly conclusion?: 'success' | 'failure' | 'cancelled' | 'neutral' | 'skipped'
  readonly title: string
  /** Markdown; at most 65,535 bytes. */
  readonly summary: string
  /** At most 65,535 bytes. */
  readonly text?: string
  /** Worst first; 50 are sent in a request. */
  readonly annotations: readonly Annotation[]
  readonly detailsUrl: string
  /** ISO 8601; GitHub shows how long a stage took by both. */
  readonly startedAt?: string
  readonly completedAt?: string
}

export interface StoredCheck {
  readonly id: number
  readonly name: string
  readonly commit: string
  readonly externalId: string
  readonly status: string
  readonly conclusion: string | undefined
  readonly text: string
  readonly detailsUrl: string
  /** Slug of the app that wrote it. */
  readonly app: string
  readonly completedAt: string | undefined
}

/** What GitHub itself says of one attempt of a workflow run. */
export interface StoredRun {
  /** `owner/name` */
  readonly repository: string
  /** Where its commit came from: another repository for a fork, empty for a fork that was deleted. */
  readonly headRepository: string
  readonly headCommit: string
  readonly event: string
  /** Path of the workflow's file, without a ref. */
  readonly workflow: string
  /** `owner/name/path` of the reusable workflows that it called, without their refs. */
  readonly called: readonly string[]
  /** With the name that people see, and the name of the runner that had it; without a conclusion while it runs. */
  readonly jobs: readonly {
    readonly name: string
    readonly runner: string
    readonly conclusion: string | undefined
  }[]
}

/** A workflow run in its newest attempt. */
export interface ListedRun {
  readonly id: string
  readonly attempt: number
  readonly headCommit: string
  /** Undefined while it is not over. */
  readonly conclusion: string | undefined
}

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive'

/** A write that did not come about. */
export interface NotWritten {
  readonly code: ErrorCode
  readonly written: false
  readonly reason: string
  /** The token, a permission or the server forbids it: trying the same again in this run is no use. */
  readonly refused: boolean
  /** GitHub limits the rate of requests until then; nothing is sent before it. */
  readonly until?: Date
}

/** What became of a write that must never change the run's result. */
export type Written =
  /** With what else belonged to it and did not come about, in a sentence. */
  { readonly written: true; readonly unfinished?: string } | NotWritten

export interface DeploymentStart {
  readonly commit: string
  readonly environment: string
  /** Cut to 140 characters. */
  readonly description: string
  /** Names this run and attempt; a deployment with the same key is never created twice. */
  readonly key: string
}

/** A commit status as GitHub has it. */
export interface StoredStatus {
  readonly state: string
  readonly description: string
  /** Empty where it has none. */
  readonly targetUrl: string
  /** ISO 8601; empty where the server does not say it. */
  readonly createdAt: string
}

export interface StoredDeployment {
  readonly id: number
  /** Whether its newest state is one that it ends with. */
  readonly isEnded: boolean
}

export interface UnfinishedDeployment {
  readonly id: number
  readonly key: string
}

export interface DeploymentStatus {
  readonly state: DeploymentState
  /** Cut to 140 characters. */
  readonly description: string
  readonly logUrl: string
  readonly environmentUrl: string | undefined
}

/** The GitHub side of a run. Writes never throw: what could not be written is said. */
export interface GitHub {
  /** The run is over and waits for what is still to be written: no more gaps between writes. */
  hurry(): void
  writeStatus(status: CommitStatus, signal: AbortSignal): Promise<Written>
  writeCheck(check: CheckRun, signal: AbortSignal): Promise<Written>
  /** Check runs of a commit whose external id starts with a prefix. @throws StagegateError E_GITHUB_* */
  findChecks(commit: string, externalIdPrefix: string, signal: AbortSignal): Promise<readonly StoredCheck[]>
  /** One attempt of a workflow run; undefined where there is none. @throws StagegateError E_GITHUB_* */
  findRun(id: string, attempt: number, signal: AbortSignal): Promise<StoredRun | undefined>
  /**
   * The newest runs of a workflow, the newest first.
   *
   * @param workflowFile name of its file, such as `staging.yml`
   * @throws StagegateError E_GITHUB_*
   */
  listRuns(workflowFile: string, signal: AbortSignal): Promise<readonly ListedRun[]>
  /** The newest status of a context, or undefined. @throws StagegateError E_GITHUB_* */
  readStatus(commit: string, context: string, signal: AbortSignal): Promise<StoredStatus | undefined>
  /** Creates the deployment of a commit to an environment. */
  startDeployment(
    deployment: DeploymentStart,
    signal: AbortSignal,
  ): Promise<{ readonly written: true; readonly id: number } | NotWritten>
  /** The deployment that a run and attempt started, or undefined. @throws StagegateError E_GITHUB_* */
  findDeployment(commit: string, key: string, signal: AbortSignal): Promise<StoredDeployment | undefined>
  /**
   * Deployments to an environment that have no end yet, the newest first.
   *
   * @param keys of those that are meant
   * @param lookedAt of how many of them at most the state is asked for
   * @throws StagegateError E_GITHUB_*
   */
  findUnfinished(
    environment: string,
    keys: ReadonlySet<string>,
    lookedAt: number,
    signal: AbortSignal,
  ): Promise<readonly UnfinishedDeployment[]>
  /**
   * Sets the state of one deployment and of no other. With `success`, the deployments that the same service had in the
   * environment before become `inactive`.
   */
  setDeploymentState(id: number, status: DeploymentStatus, signal: AbortSignal): Promise<Written>
  /**
   * Whether the token may, asked without writing anything. Never throws.
   */
  askPermission(
    permission: GitHubPermission,
    subject: PermissionSubject,
    signal: AbortSignal,
  ): Promise<PermissionAnswer>
  /** How two commits stand to each other; undefined when GitHub cannot tell. @throws StagegateError E_GITHUB_* */
  compareCommits(base: string, head: string, signal: AbortSignal): Promise<CommitComparison | undefined>
}
