import type { KubernetesObject } from '../cluster.ts'
import type { KubernetesEvent, Pod, ReplicaSet } from './objects.ts'

/** What a workload is judged from: all of one moment. */
export interface World {
  readonly workload: KubernetesObject
  /** Of the namespace; those that are not of the workload are ignored. */
  readonly replicaSets: readonly ReplicaSet[]
  readonly pods: readonly Pod[]
  readonly events: readonly KubernetesEvent[]
  readonly baseline: Baseline
}

/** What was so before the watch began: an old failure is not one of this rollout. */
export interface Baseline {
  /** Restarts of a container, by `<pod uid>/<container>`. */
  readonly restarts: ReadonlyMap<string, number>
  /** Containers that were ready, by the same keys. */
  readonly ready: ReadonlySet<string>
  /** Since when a Deployment had exceeded its progress deadline, by uid. */
  readonly exceeded: ReadonlyMap<string, string>
  /** How often an event had happened, by uid. */
  readonly events: ReadonlyMap<string, number>
}

/** A sign that the rollout cannot succeed: certain when it is still there after its grace. */
export interface Symptom {
  /** The same for as long as it is the same trouble. */
  readonly key: string
  /** Milliseconds; 0 when it is certain at once. */
  readonly graceMs: number
  /** As Kubernetes calls it: `ImagePullBackOff`. */
  readonly reason: string
  /** One sentence without a full stop. */
  readonly text: string
  readonly pod?: Pod
  readonly container?: string
}

/** A pure judgement of one moment; waiting is somebody else's work. */
export interface WorkloadStatus {
  readonly done: boolean
  /** How long it has to stay done to be believed; milliseconds. */
  readonly settleMs?: number
  /** `1 of 3 updated replicas available` */
  readonly text: string
  readonly symptoms: readonly Symptom[]
  /** The pods of the revision that is rolled out. */
  readonly pods: readonly Pod[]
}
