export interface RolloutOptions {
  readonly signal: AbortSignal
  /** A line when something changes: a count, a sign of trouble, a warning of the cluster. */
  readonly onProgress: (progress: RolloutProgress) => void
  /** What new pods write, while they write it. */
  readonly onLog?: (line: RolloutLogLine) => void
  /** Of how many new pods of each object the log is followed. Default 1. */
  readonly logReplicas?: number
  /** Called before the failure is thrown. */
  readonly onEvidence?: (evidence: readonly RolloutEvidence[]) => void
}

export interface RolloutProgress {
  readonly object: string
  readonly text: string
}

/** A line that a new pod wrote: text from outside. */
export interface RolloutLogLine {
  readonly pod: string
  readonly container: string
  /** Without its line end. */
  readonly text: string
}

/** Why an object did not become ready, bounded; all text in it may come from outside. */
export interface RolloutEvidence {
  /** Of the object; two of different groups may be called alike. */
  readonly uid?: string
  /** `Deployment staging/api` */
  readonly object: string
  /** As Kubernetes calls it: `CrashLoopBackOff`; not there for what was only waited for. */
  readonly reason?: string
  /** Pod, container and reason alone: `pod api-7c9d, container api: CrashLoopBackOff, exit 1, 2 restarts`. */
  readonly headline: string
  /** One sentence without a full stop: pod, container, reason, exit code, the cluster's message, what its log says. */
  readonly cause: string
  /** What to do about that class of cause. */
  readonly next: string
  /** `1 of 3 replicas updated, 0 available` */
  readonly status: string
  /** Conditions of the object that say why: `Progressing False (ProgressDeadlineExceeded): …` */
  readonly conditions: readonly string[]
  /** Those that are not well, at most three. */
  readonly pods: readonly PodEvidence[]
  /** Warnings about the object and those pods, newest first. */
  readonly events: readonly string[]
}

export interface PodEvidence {
  readonly name: string
  readonly node: string
  readonly phase: string
  /** Those that are not true. */
  readonly conditions: readonly string[]
  readonly containers: readonly ContainerEvidence[]
}

export interface ContainerEvidence {
  readonly name: string
  readonly init: boolean
  /** `CrashLoopBackOff, exit 1, 2 restarts` */
  readonly state: string
  /** `readiness probe GET /health on port 8080: every 10 s, …` */
  readonly probes: readonly string[]
  /** The last lines of this run and of the one before; empty for one that has not run. */
  readonly log: readonly string[]
  readonly previousLog: readonly string[]
}
