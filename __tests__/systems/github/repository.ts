import type { Json } from './json-schema.ts'
import type { App } from './state.ts'

export interface CommitStatus {
  readonly id: number
  readonly sha: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly context: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: string
  readonly createdAt: string
}

export interface CheckSuite {
  readonly id: number
  readonly headSha: string
  readonly app: App
  readonly createdAt: string
}

export interface Annotation {
  readonly path: string
  readonly start_line: number
  readonly end_line: number
  readonly start_column?: number
  readonly end_column?: number
  readonly annotation_level: 'notice' | 'warning' | 'failure'
  readonly message: string
  readonly title?: string
  readonly raw_details?: string
}

export interface CheckRun {
  readonly id: number
  readonly suiteId: number
  readonly headSha: string
  readonly app: App
  name: string
  externalId: string
  detailsUrl: string
  status: string
  conclusion: string | null
  startedAt: string
  completedAt: string | null
  title: string | null
  summary: string | null
  text: string | null
  readonly annotations: Annotation[]
}

export interface DeploymentStatus {
  readonly id: number
  readonly state: string
  readonly description: string
  readonly environment: string
  readonly environmentUrl: string
  readonly logUrl: string
  readonly creator: string
  readonly createdAt: string
}

export interface Deployment {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly payload: Json | string
  readonly environment: string
  readonly transient: boolean
  readonly production: boolean
  readonly description: string | null
  readonly creator: string
  readonly createdAt: string
  updatedAt: string
  /** Oldest first. */
  readonly statuses: DeploymentStatus[]
}

export interface Environment {
  readonly id: number
  readonly name: string
  readonly createdAt: string
}

export interface PullRequest {
  readonly id: number
  readonly number: number
  readonly title: string
  readonly state: 'open' | 'closed'
  readonly author: string
  readonly head: { readonly ref: string; readonly sha: string }
  readonly base: { readonly ref: string; readonly sha: string }
  readonly mergedAt: string | null
  readonly mergeCommitSha: string | null
  readonly createdAt: string
}

export interface IssueComment {
  readonly id: number
  readonly issue: number
  readonly author: string
  readonly createdAt: string
  body: string
  updatedAt: string
}

export interface SarifUpload {
  readonly id: string
  readonly commitSha: string
  readonly ref: string
  /** The uploaded document, decoded; null when it is not gzip and base64 of JSON. */
  readonly sarif: unknown
  readonly errors: readonly string[]
  /** How many more reads answer `pending`: processing is asynchronous at GitHub. */
  pendingReads: number
}

export interface Workflow {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly createdAt: string
}

export interface WorkflowRun {
  readonly id: number
  readonly workflowId: number
  readonly path: string
  readonly name: string
  readonly event: string
  readonly headSha: string
  readonly headBranch: string
  readonly runNumber: number
  readonly attempt: number
  readonly status: string
  readonly conclusion: string | null
  readonly actor: string
  readonly createdAt: string
  /** `owner/name` that the commit came from, where that is another repository: a fork. */
  readonly fork?: string
  /** `owner/name/path@ref` of the reusable workflows that it called. */
  readonly called?: readonly string[]
}

export interface Job {
  readonly id: number
  readonly runId: number
  readonly attempt: number
  readonly name: string
  readonly status: string
  readonly conclusion: string | null
  readonly createdAt: string
  readonly runner?: string
}

export interface Artifact {
  readonly id: number
  readonly runId: number
  readonly name: string
  readonly size: number
  readonly digest: string | null
  readonly createdAt: string
}

/** A repository, and all that hangs on it. */
export interface Repository {
  readonly id: number
  readonly ownerId: number
  readonly owner: string
  readonly name: string
  readonly private: boolean
  readonly defaultBranch: string
  readonly createdAt: string
  /**
   * A Git directory on this machine that commits, refs, trees and contents are read from. Without one, any 40 hex
   * digits pass for a commit, and whatever has to read Git answers as for an empty repository.
   */
  readonly gitDir: string | null
  /** Code scanning is switched on: public, or private with a licence. */
  readonly codeScanning: boolean
  readonly statuses: CommitStatus[]
  readonly checkSuites: CheckSuite[]
  readonly checkRuns: CheckRun[]
  readonly deployments: Deployment[]
  readonly environments: Environment[]
  readonly pulls: PullRequest[]
  readonly comments: IssueComment[]
  readonly sarifs: SarifUpload[]
  readonly workflows: Workflow[]
  readonly runs: WorkflowRun[]
  readonly jobs: Job[]
  readonly artifacts: Artifact[]
}
