import type { KubernetesObject } from '../kubernetes-object.ts'
import { withoutFields } from '../without-fields.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** What makes up most of a pod, and says nothing of how it is: some of it may even be secret. */
const heavyPodFields = ['volumes', 'tolerations', 'affinity', 'securityContext', 'topologySpreadConstraints']
const heavyContainerFields = [
  'env',
  'envFrom',
  'volumeMounts',
  'volumeDevices',
  'command',
  'args',
  'securityContext',
  'lifecycle',
]

/** An object that is watched, without the parts that no status is judged from: a thousand pods must fit in memory. */
export function trimObject<T extends KubernetesObject>(object: T): T {
  const { annotations } = object.metadata
  const metadata = {
    ...withoutFields(object.metadata, ['managedFields']),
    ...(annotations !== undefined && LAST_APPLIED in annotations
      ? { annotations: withoutFields(annotations, [LAST_APPLIED]) }
      : {}),
  }
  if (object.kind !== 'Pod' || !isMapping(object.spec)) return { ...object, metadata }
  const spec = withoutFields(object.spec, heavyPodFields) as Record<string, unknown>
  for (const field of ['initContainers', 'containers']) {
    const list = spec[field]
    if (!Array.isArray(list)) continue
    spec[field] = list.map((each: unknown) =>
      isMapping(each) ? withoutFields(each, heavyContainerFields) : each,
    )
  }
  return { ...object, metadata, spec }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
