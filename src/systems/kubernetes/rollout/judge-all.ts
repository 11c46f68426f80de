import type { KubernetesObject } from '../cluster.ts'
import { objectId, renderId } from '../object-id.ts'
import type { KubernetesEvent, Pod, ReplicaSet } from '../status/objects.ts'
import { type Expected, judgeWorkload } from '../status/judge-workload.ts'
import type { Baseline, WorkloadStatus } from '../status/status.ts'

/** Everything that was observed, at one moment. */
export interface Snapshot {
  readonly workloads: readonly KubernetesObject[]
  readonly replicaSets: readonly ReplicaSet[]
  readonly pods: readonly Pod[]
  readonly events: readonly KubernetesEvent[]
  readonly baseline: Baseline
}

export interface ExpectedWorkload extends Expected {
  readonly object: KubernetesObject
}

export interface Judged {
  /** `Deployment staging/api` */
  readonly title: string
  readonly object: KubernetesObject
  readonly status: WorkloadStatus
}

/** The status of each workload at one moment. Pure. */
export function judgeAll(expected: readonly ExpectedWorkload[], snapshot: Snapshot): readonly Judged[] {
  return expected.map((each) => {
    const { object } = each
    const title = renderId(objectId(object))
    const found = snapshot.workloads.filter((workload) => isNamed(workload, object))
    const workload = found.find(({ metadata }) => metadata.uid === each.uid) ?? found[0]
    if (workload === undefined) return { title, object, status: vanished(each) }
    return { title, object, status: judgeWorkload({ ...snapshot, workload }, each) }
  })
}

function isNamed(one: KubernetesObject, other: KubernetesObject): boolean {
  return (
    one.kind === other.kind &&
    one.metadata.name === other.metadata.name &&
    one.metadata.namespace === other.metadata.namespace
  )
}

/** Grace: a list may come from a server that has not yet seen the object. */
function vanished({ uid }: Expected): WorkloadStatus {
  const text = 'it is not in the cluster'
  const symptom = { key: `${uid ?? ''}/vanished`, graceMs: 3_000, reason: 'Deleted', text }
  return { done: false, text, symptoms: [symptom], pods: [] }
}
