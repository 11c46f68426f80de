import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { createApplyTools } from '../apply-tools.ts'
import type { TestbedCluster } from '../testbed-cluster.ts'
import { NAMESPACE } from './arbitrary-object.ts'

/** What differs between two objects that were made alike. */
const own = new Set([
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'healthCheckNodePort',
])

/**
 * The objects as the server has them, and which of their fields were applied, without what cannot be the same twice.
 *
 * @param kinds as `kubectl get` takes them
 * @param more further arguments of `kubectl get`
 */
export async function liveObjects(
  bed: TestbedCluster,
  kinds: string,
  ...more: readonly string[]
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const tools = createApplyTools(bed)
  const text = await tools.run('get', kinds, '-o', 'json', '--show-managed-fields', ...more)
  const { items } = JSON.parse(text) as { items: KubernetesObject[] }
  return new Map(
    items.map((item) => {
      const object = normalize(item, bed.namespace)
      return [idOf(object), object]
    }),
  )
}

/** `ConfigMap/g1` */
export function idOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`
}

/** Without ids, times, addresses that are given out, and what controllers add. Pure. */
export function normalize(object: KubernetesObject, namespace: string): KubernetesObject {
  const { uid = '', managedFields, annotations } = object.metadata
  const applied = ((managedFields ?? []) as { operation: string; fieldsV1: Fields }[])
    .filter(({ operation }) => operation === 'Apply')
    .map(({ fieldsV1 }) => asData(fieldsV1))
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => !key.startsWith('deployment.kubernetes.io/') && !key.startsWith('deprecated.daemonset'),
  )
  const metadata = { ...object.metadata, annotations: Object.fromEntries(kept), applied }
  const text = JSON.stringify({ ...object, status: undefined, metadata }, (key, value: unknown) =>
    own.has(key) ? undefined : value,
  )
  return JSON.parse(text.replaceAll(uid, 'UID').replaceAll(namespace, NAMESPACE)) as KubernetesObject
}

type Fields = Readonly<Record<string, object>>

/** We send the `stringData` of a Secret as the `data` that it becomes, and so own it there. */
function asData(fields: Fields): Fields {
  const { 'f:stringData': texts, 'f:data': data, ...others } = fields
  return texts === undefined ? fields : { ...others, 'f:data': { ...data, ...texts } }
}
