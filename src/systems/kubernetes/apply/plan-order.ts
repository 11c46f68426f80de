import type { Manifest } from '../cluster.ts'
import { parseApiVersion } from '../object-id.ts'

/**
 * Kinds by what they need: each wave is applied when the one before it is. Definitions and namespaces first (and
 * waited for), then what limits and allows, then what pods read, services before the pods that look them up in their
 * environment, workloads, what points at workloads, and last what can refuse requests.
 */
const waves: readonly (readonly string[])[] = [
  ['Namespace', 'CustomResourceDefinition'],
  [
    'PriorityClass',
    'StorageClass',
    'RuntimeClass',
    'IngressClass',
    'NetworkPolicy',
    'ResourceQuota',
    'LimitRange',
    'ServiceAccount',
    'Role',
    'ClusterRole',
    'PersistentVolume',
  ],
  ['RoleBinding', 'ClusterRoleBinding', 'Secret', 'ConfigMap', 'PersistentVolumeClaim'],
  ['Service', 'EndpointSlice', 'Endpoints'],
  [],
  ['Pod', 'ReplicaSet', 'ReplicationController', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  ['PodDisruptionBudget', 'HorizontalPodAutoscaler', 'Ingress'],
  [
    'APIService',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
  ],
]

/** Kinds that are not in the table, custom resources above all: before the workloads that may need them. */
const OTHERS = 4

/** Groups of Kubernetes itself; a `Service` of another group is a custom resource. */
const ownGroups = /^(?:|apps|batch|autoscaling|policy|[\w.-]+\.k8s\.io)$/

/** The manifests in waves, none empty, the order within one as given. Pure. */
export function planOrder<T extends Pick<Manifest, 'object'>>(
  manifests: readonly T[],
): readonly (readonly T[])[] {
  const planned = waves.map((): T[] => [])
  for (const manifest of manifests) planned[waveOf(manifest)]?.push(manifest)
  return planned.filter((wave) => wave.length > 0)
}

function waveOf({ object }: Pick<Manifest, 'object'>): number {
  if (!ownGroups.test(parseApiVersion(object.apiVersion).group)) return OTHERS
  const wave = waves.findIndex((kinds) => kinds.includes(object.kind))
  return wave === -1 ? OTHERS : wave
}
