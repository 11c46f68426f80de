import type { KubernetesObject } from '../kubernetes-object.ts'

/** The parts of Kubernetes' own kinds that a status is judged from. Any field may be missing: the controller may not have looked yet. */

export interface Condition {
  readonly type?: string
  readonly status?: string
  readonly reason?: string
  readonly message?: string
  readonly lastUpdateTime?: string
  readonly lastTransitionTime?: string
  /** Some controllers say for each condition what it is of. */
  readonly observedGeneration?: number
}

export interface Deployment extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number
    readonly paused?: boolean
    readonly progressDeadlineSeconds?: number
    readonly strategy?: {
      readonly type?: string
      readonly rollingUpdate?: {
        readonly maxUnavailable?: number | string
        readonly maxSurge?: number | string
      }
    }
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
    readonly conditions?: readonly Condition[]
  }
}

export interface ReplicaSet extends KubernetesObject {
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly availableReplicas?: number
    readonly conditions?: readonly Condition[]
  }
}

export interface StatefulSet extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number
    readonly podManagementPolicy?: string
    readonly updateStrategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly partition?: number }
    }
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly updatedReplicas?: number
    readonly currentRevision?: string
    readonly updateRevision?: string
  }
}

export interface DaemonSet extends KubernetesObject {
  readonly spec?: { readonly updateStrategy?: { readonly type?: string } }
  readonly status?: {
    readonly observedGeneration?: number
    readonly desiredNumberScheduled?: number
    readonly currentNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
  }
}

export interface Job extends KubernetesObject {
  readonly spec?: {
    readonly suspend?: boolean
    readonly completions?: number
    readonly parallelism?: number
    readonly [field: string]: unknown
  }
  readonly status?: {
    readonly active?: number
    readonly succeeded?: number
    readonly failed?: number
    readonly conditions?: readonly Condition[]
  }
}

export interface Terminated {
  readonly exitCode?: number
  readonly reason?: string
  readonly message?: string
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt?: string }
  readonly terminated?: Terminated
}

export interface ContainerStatus {
  readonly name: string
  readonly ready?: boolean
  /** Its startup probe passed, or it has none. */
  readonly started?: boolean
  readonly restartCount?: number
  readonly imageID?: string
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

export interface Probe {
  readonly initialDelaySeconds?: number
  readonly periodSeconds?: number
  readonly timeoutSeconds?: number
  readonly successThreshold?: number
  readonly failureThreshold?: number
  readonly httpGet?: { readonly path?: string; readonly port?: number | string; readonly scheme?: string }
  readonly tcpSocket?: { readonly port?: number | string }
  readonly exec?: { readonly command?: readonly string[] }
  readonly grpc?: { readonly port?: number }
}

export interface Container {
  readonly name: string
  readonly image?: string
  /** `Always` for an init container that is a native sidecar. */
  readonly restartPolicy?: string
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
  readonly startupProbe?: Probe
}

export interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string
    readonly containers?: readonly Container[]
    readonly initContainers?: readonly Container[]
  }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly Condition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export interface KubernetesEvent extends KubernetesObject {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string }
  readonly involvedObject?: {
    readonly uid?: string
    readonly kind?: string
    readonly name?: string
    /** `spec.containers{api}` */
    readonly fieldPath?: string
  }
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}

export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((each) => each.type === type)
}

/** Whether the object was made by the owner of this uid. */
export function isOwnedBy(object: KubernetesObject, uid: string | undefined): boolean {
  const owners = (object.metadata.ownerReferences ?? []) as readonly { readonly uid?: string }[]
  return uid !== undefined && owners.some((owner) => owner.uid === uid)
}

export function isTerminating(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}

/** When an event happened last; milliseconds since 1970, 0 where it does not say. */
export function eventTime({ series, lastTimestamp, eventTime: first, metadata }: KubernetesEvent): number {
  const last = series?.lastObservedTime ?? lastTimestamp ?? first
  return Date.parse(last ?? (metadata.creationTimestamp as string | undefined) ?? '') || 0
}

/** The event that happened last; of one second always the same one, in whatever order they are known. */
export function findNewest([first, ...others]: readonly KubernetesEvent[]): KubernetesEvent | undefined {
  if (first === undefined || others.length === 0) return first
  let newest = first
  let time = eventTime(first)
  for (const event of others) {
    const itsTime = eventTime(event)
    if (itsTime < time) continue
    if (itsTime === time && (event.metadata.uid ?? '') < (newest.metadata.uid ?? '')) continue
    newest = event
    time = itsTime
  }
  return newest
}

/** How often an event happened: it is counted in one of two places, depending on who recorded it. */
export function eventCount({ series, count }: KubernetesEvent): number {
  return series?.count ?? count ?? 1
}
