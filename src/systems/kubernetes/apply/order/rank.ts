import type { KubernetesObject } from '../../kubernetes-object.ts'
import { parseApiVersion } from '../../object-id.ts'
import { podSpecOf } from '../../pod-spec.ts'

/**
 * What an object is to others that do not name it: `policy` limits what comes after it in its namespace, `access` and
 * `configuration` are read at a start, `service` is written into the environment of pods that start after it, `custom`
 * may make any of these, and `gate` may refuse or change everything that comes after it.
 */
export type Rank =
  'policy' | 'access' | 'configuration' | 'storage' | 'service' | 'custom' | 'workload' | 'gate' | 'other'

const ranks: Readonly<Record<string, Rank>> = {
  '/LimitRange': 'policy',
  '/ResourceQuota': 'policy',
  'networking.k8s.io/NetworkPolicy': 'policy',
  '/ServiceAccount': 'access',
  'rbac.authorization.k8s.io/Role': 'access',
  'rbac.authorization.k8s.io/RoleBinding': 'access',
  'rbac.authorization.k8s.io/ClusterRole': 'access',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'access',
  '/ConfigMap': 'configuration',
  '/Secret': 'configuration',
  'storage.k8s.io/StorageClass': 'storage',
  '/PersistentVolume': 'storage',
  '/PersistentVolumeClaim': 'storage',
  '/Service': 'service',
  'apiregistration.k8s.io/APIService': 'gate',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'gate',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'gate',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'gate',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'gate',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'gate',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'gate',
}

/** Groups of Kubernetes itself; a `Service` of another group is a custom resource. */
const ownGroups = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'extensions',
  ...[
    'admissionregistration',
    'apiextensions',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'internal.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
    'storagemigration',
  ].map((name) => `${name}.k8s.io`),
])

export function rankOf(object: KubernetesObject): Rank {
  const { group } = parseApiVersion(object.apiVersion)
  if (podSpecOf(object) !== undefined) return 'workload'
  if (!ownGroups.has(group)) return 'custom'
  return ranks[`${group}/${object.kind}`] ?? 'other'
}

/**
 * Which ranks an object waits for without naming them, those of its own namespace and of the whole cluster. A gate
 * waits for everything.
 */
export const awaited: Readonly<Record<Rank, readonly Rank[]>> = {
  policy: [],
  access: [],
  configuration: [],
  storage: ['policy'],
  service: [],
  custom: ['policy', 'access', 'configuration'],
  workload: ['policy', 'access', 'service', 'custom'],
  gate: ['policy', 'access', 'configuration', 'storage', 'service', 'custom', 'workload', 'other'],
  other: [],
}
