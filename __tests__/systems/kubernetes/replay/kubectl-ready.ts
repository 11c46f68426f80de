import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'

type Counts = Readonly<Record<string, unknown>>
interface Condition {
  readonly type: string
  readonly status: string
}

/**
 * Whether an object is ready as others say it, and not as Stagegate does: workloads as `kubectl rollout status` counts
 * (`k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go`), the rest as `kubectl wait` is told in its documentation.
 */
export function isReadyForKubectl(object: KubernetesObject): boolean {
  const spec = (object.spec ?? {}) as Counts
  const status = (object.status ?? {}) as Counts
  const count = (name: string): number => (status[name] as number | undefined) ?? 0
  const wanted = (spec.replicas as number | undefined) ?? 1
  const seen = count('observedGeneration') >= (object.metadata.generation ?? 0)
  switch (object.kind) {
    case 'Deployment':
      return (
        seen &&
        count('updatedReplicas') >= wanted &&
        count('replicas') <= count('updatedReplicas') &&
        count('availableReplicas') >= count('updatedReplicas')
      )
    case 'StatefulSet': {
      const { partition } = ((spec.updateStrategy as Counts | undefined)?.rollingUpdate ?? {}) as {
        readonly partition?: number
      }
      if (!seen || count('readyReplicas') < wanted) return false
      return partition === undefined || partition === 0
        ? status.updateRevision === status.currentRevision
        : count('updatedReplicas') >= wanted - partition
    }
    case 'DaemonSet':
      return (
        seen &&
        count('updatedNumberScheduled') >= count('desiredNumberScheduled') &&
        count('numberAvailable') >= count('desiredNumberScheduled')
      )
    case 'ReplicaSet':
      return seen && count('availableReplicas') >= wanted
    case 'Job':
      return isTrue(status, 'Complete')
    case 'Pod':
      return status.phase === 'Succeeded' || isTrue(status, 'Ready')
    case 'PersistentVolumeClaim':
      return status.phase === 'Bound'
    default:
      throw new Error(`nothing is said of ${object.kind}`)
  }
}

function isTrue({ conditions = [] }: Counts, type: string): boolean {
  return (conditions as readonly Condition[]).some((each) => each.type === type && each.status === 'True')
}
