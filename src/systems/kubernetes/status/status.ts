import type { KubernetesObject } from '../kubernetes-object.ts'
import type { KubernetesEvent, Pod, ReplicaSet } from './objects.ts'
import type { Rules } from './rules/rules.ts'

/** What is around the objects that are judged: all of one moment. Those that are not of an object are ignored. */
export interface Surroundings {
  readonly replicaSets: readonly ReplicaSet[]
  readonly pods: readonly Pod[]
  readonly events: readonly KubernetesEvent[]
  readonly storageClasses: readonly KubernetesObject[]
  readonly baseline: Baseline
}

/** What an object is judged from. */
export interface World extends Surroundings {
  readonly object: KubernetesObject
  readonly rules: Rules
  /** Whether its kind has a status that a controller writes. */
  readonly hasStatus: boolean
  /** When this rollout changed what it asks for, by the server's clock; undefined when it did not. */
  readonly writtenAt?: string | undefined
}

/** What was so before the rollout: an old failure is not one of it. What was made since has nothing before it. */
export interface Baseline {
  /** Restarts of a container, by `<pod uid>/<container>`. */
  readonly restarts: ReadonlyMap<string, number>
  /** Containers that were ready, by the same keys. */
  readonly ready: ReadonlySet<string>
  /** Those of them that have run for long without an end, by the same keys: an earlier crash means nothing any more. */
  readonly stable: ReadonlySet<string>
  /** Since when a Deployment had exceeded its progress deadline, by uid. */
  readonly exceeded: ReadonlyMap<string, string>
  /** Since when a ReplicaSet could not create pods, by uid. */
  readonly refused: ReadonlyMap<string, string>
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
  /** The pod is of an earlier revision, and in the way of the new one. */
  readonly isEarlier?: boolean
}

/** A pure judgement of one moment; waiting is somebody else's work. */
export interface ObjectStatus {
  readonly done: boolean
  /** How long it has to stay done to be believed; milliseconds. */
  readonly settleMs?: number
  /** What must not change meanwhile: the pods and their restarts. */
  readonly settleKey?: string
  /** `1 of 3 updated replicas available` */
  readonly text: string
  readonly symptoms: readonly Symptom[]
  /** The pods of the revision that is rolled out. */
  readonly pods: readonly Pod[]
}

/** Done, with nothing more to say. */
export function done(text: string, settleMs = 0): ObjectStatus {
  return { done: true, text, symptoms: [], pods: [], ...(settleMs === 0 ? {} : { settleMs }) }
}

/** Not done yet. */
export function waiting(text: string, symptoms: readonly Symptom[] = []): ObjectStatus {
  return { done: false, text, symptoms, pods: [] }
}
