import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'

type Mapping = Readonly<Record<string, unknown>>

/** Fields that hold addresses, hosts, the machine's images, or nothing that a status is judged from; at any depth. */
const cut = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'template',
  'selector',
  'volumeClaimTemplates',
  'revisionHistoryLimit',
  'hostIP',
  'hostIPs',
  'podIP',
  'podIPs',
  'containerID',
  'imageID',
  'image',
  'nodeName',
  'allocatedResources',
  'resources',
  'volumeMounts',
  'volumes',
  'tolerations',
  'affinity',
  'user',
  'env',
  'envFrom',
  'command',
  'args',
  'securityContext',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'dnsPolicy',
  'serviceAccount',
  'schedulerName',
  'enableServiceLinks',
  'preemptionPolicy',
  'priority',
  'qosClass',
  'source',
  'reportingComponent',
  'reportingInstance',
  'lastProbeTime',
])

/** An object as it is kept in a recording: small, and without what belongs to one machine only. Pure. */
export function anonymize(object: KubernetesObject): KubernetesObject {
  return prune(object) as KubernetesObject
}

function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value as Mapping).filter(([key, child]) => !cut.has(key) && child !== null)
  return Object.fromEntries(kept.map(([key, child]) => [key, prune(child)]))
}
