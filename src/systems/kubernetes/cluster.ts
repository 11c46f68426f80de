import type { AppliedObject, WrittenObject } from './applied-object.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { Manifest, ManifestRequest, ManifestSet } from './manifest-set.ts'
import type { RolloutOptions } from './rollout-contract.ts'

export interface JobResult {
  readonly succeeded: boolean
  /** A Job of the same content had completed before; nothing ran. */
  readonly already: boolean
  /** The pod's whole log, its middle dropped beyond 1 MiB. */
  readonly log: string
  /** Reason of the failure, exit code, events. */
  readonly evidence: readonly string[]
}

/** The images of the pods of a workload's current revision. */
export interface RunningImages {
  /** Init containers and sidecars too. */
  readonly containers: readonly {
    readonly pod: string
    readonly container: string
    /** As the node resolved it; empty while it has not said. */
    readonly imageId: string
    /** It runs, or has run. */
    readonly started: boolean
  }[]
  /** Names of pods that are of an earlier revision, or are ending. */
  readonly old: readonly string[]
  /** Whether there should be pods of the current revision. */
  readonly wanted: boolean
  /** Why nothing is known, without a full stop: `pods may not be listed`. */
  readonly unknown?: string
}

export interface LeaseHold {
  /**
   * Aborted when the lease is lost, with a StagegateError: E_LOCK_LOST when another has it, E_LOCK_REMOVED when somebody
   * has freed or deleted it, E_LOCK_UNREACHABLE when it could not be renewed in time.
   */
  readonly lost: AbortSignal
  /** What the holder before said about itself, when the lease had expired under it. */
  readonly tookOverFrom: string | undefined
  /**
   * After a loss: takes it again when nobody else has had it since. The new hold is released for itself.
   *
   * @throws StagegateError E_LOCK_LOST, E_KUBE_*
   */
  regain(signal: AbortSignal): Promise<LeaseHold>
  release(): Promise<void>
  /** Stops renewing: it ends by expiry, and whoever waits for it waits until then. */
  leave(): void
}

/** A Job that goes on though the run that started it has ended. */
export interface LeftJob {
  readonly name: string
  readonly ended: 'complete' | 'failed' | 'gone'
}

/** One Kubernetes cluster, for the namespace of the environment. */
export interface Cluster {
  /** Version of the API server. @throws StagegateError E_KUBE_* */
  version(signal: AbortSignal): Promise<string>
  /** What the API server serves, as charts ask for it: `apps/v1`, `apps/v1/Deployment`. @throws StagegateError E_KUBE_* */
  apiVersions(signal: AbortSignal): Promise<readonly string[]>
  /** Which of these accesses the credentials lack, by SelfSubjectAccessReview. */
  lackedAccess(
    accesses: readonly {
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly namespace?: string
    }[],
    signal: AbortSignal,
  ): Promise<readonly string[]>
  get(
    id: {
      readonly apiVersion: string
      readonly kind: string
      readonly name: string
      readonly namespace?: string
    },
    signal: AbortSignal,
  ): Promise<KubernetesObject | undefined>
  /** Creates the namespace when it is missing. */
  ensureNamespace(namespace: string, signal: AbortSignal): Promise<void>
  /**
   * Server-side applies objects, field manager `stagegate`, strict validation: a dry run of all that may change first, so
   * that one invalid object means that nothing is applied; then in order, unchanged ones not written. What is given back is
   * in the order of the manifests, without the values of Secrets. `onApplied` hears of each object when its write is over,
   * whether it went well or not: all that may differ from before, also when the apply is stopped half way.
   *
   * @throws StagegateError E_MANIFEST_INVALID, E_FIELD_CONFLICT, E_IMMUTABLE_FIELD, E_KUBE_*, or the signal's reason; with what
   * is in place as its state, and what was written in the evidence
   */
  apply(
    manifests: readonly Manifest[],
    options: {
      readonly namespace: string
      readonly dryRun: boolean
      readonly signal: AbortSignal
      readonly onApplied: (written: WrittenObject) => void
    },
  ): Promise<readonly AppliedObject[]>
  /**
   * Watches objects as their apply answered, of any kind, until all are ready or one has certainly failed. Kinds that are
   * ready when they exist cost no requests. What the pods run at the end is given back by the uid of their workload, as far
   * as it was seen: of others `runningImages` asks.
   *
   * @throws StagegateError E_ROLLOUT_FAILED with pod, container, reason, last log lines and events as evidence;
   * when the signal was aborted with E_STEP_TIMEOUT, E_ROLLOUT_TIMEOUT with what is not ready, E_ROLLOUT_NO_PROGRESS when
   * nobody in the cluster acts on it, or E_KUBE_UNAVAILABLE_DURING_ROLLOUT; else the signal's reason
   */
  awaitRollout(
    objects: readonly KubernetesObject[],
    options: RolloutOptions,
  ): Promise<ReadonlyMap<string, RunningImages>>
  /**
   * Runs a Job to its end with its log live. It is created suspended, then what it owns (its Secret, its ConfigMap) with
   * an owner reference to it, then released: what it owns goes when it goes. A Job of the same name and content that
   * completed before is found, not run again.
   *
   * @throws StagegateError E_MIGRATION_POD when its pod cannot start (the Job is removed then), E_MIGRATION_TIMEOUT when
   * the signal was aborted with E_STEP_TIMEOUT, else the signal's reason (the Job goes on in both); E_KUBE_*
   */
  runJob(
    job: Manifest,
    options: {
      readonly owned: readonly KubernetesObject[]
      readonly signal: AbortSignal
      readonly onLog: (chunk: Uint8Array) => void
      /** Called before the Job may start to run, or when it is found running; never for one that is done. */
      readonly onStart?: () => void
    },
  ): Promise<JobResult>
  /**
   * Waits for the Jobs with a label that have started and not ended: a run that was killed has left them. One that never
   * started (suspended) is removed.
   */
  awaitLeftJobs(options: {
    readonly namespace: string
    readonly labelSelector: string
    readonly signal: AbortSignal
    readonly onWaiting: (names: readonly string[]) => void
  }): Promise<readonly LeftJob[]>
  /**
   * Removes the Jobs with a label that have ended, with what they own, but for the newest. Names those that it removed.
   *
   * @throws StagegateError E_KUBE_*
   */
  removeEndedJobs(options: {
    readonly namespace: string
    readonly labelSelector: string
    /** How many of the newest stay. */
    readonly keep: number
    readonly signal: AbortSignal
  }): Promise<readonly string[]>
  /** Which images the pods of each workload run, and which pods of earlier revisions are left; in their order. */
  runningImages(
    workloads: readonly KubernetesObject[],
    signal: AbortSignal,
  ): Promise<readonly RunningImages[]>
  /** Takes the lock of a service in a namespace; waits while another holds it. @throws StagegateError E_LOCK_HELD */
  acquireLease(options: {
    readonly namespace: string
    readonly name: string
    readonly holder: string
    /** Whose lease it is: written on it. */
    readonly owner: string
    /** Told whose the lease that was found says it is; throws where that is somebody else. */
    readonly check: (owner: string | undefined) => void
    readonly signal: AbortSignal
    readonly onWaiting: (holder: string) => void
  }): Promise<LeaseHold>
  /** Creates or replaces an object of our own (a Secret or ConfigMap of the run) and returns it as stored. */
  put(object: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject>
  remove(
    id: {
      readonly apiVersion: string
      readonly kind: string
      readonly name: string
      readonly namespace?: string
    },
    signal: AbortSignal,
  ): Promise<void>
  /** A GET through the API server's proxy to a service, for endpoints that nothing exposes. */
  getThroughService(
    service: {
      readonly namespace: string
      readonly name: string
      readonly port: string
      readonly path: string
    },
    signal: AbortSignal,
  ): Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }>
}

export interface Kubernetes {
  readonly configured: boolean
  /** Connects by kubeconfig, or with the run's OIDC token to `kubernetes-server`. @throws StagegateError E_KUBE_*, E_OIDC_* */
  connect(signal: AbortSignal): Promise<Cluster>
  /**
   * The manifests of files, folders (not below them), globs, kustomizations and charts under a root.
   *
   * @throws StagegateError E_MANIFEST_INVALID with every problem, its file and line; E_TOOL_MISSING, E_TOOL_LIMIT, E_PATH_OUTSIDE
   */
  readManifests(request: ManifestRequest): Promise<ManifestSet>
}
