import fc from 'fast-check'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { arbitraryValue, type Schemas } from './arbitrary-value.ts'

export interface GeneratedKind {
  readonly apiVersion: string
  readonly kind: string
  /** `io.k8s.api.apps.v1.Deployment` */
  readonly schema: string
  /** For `kubectl get`. */
  readonly plural: string
  /** Whether its objects are in no namespace. */
  readonly isWide: boolean
}

/** What stands in generated objects where each side has the name of its own namespace. */
export const NAMESPACE = 'NAMESPACE'

const labels = { app: 'generated' }

/** Kinds of the whole cluster whose objects nobody uses. */
const wide: Readonly<Record<string, (spec: Mutable) => void>> = {
  'v1/Namespace': () => undefined,
  'rbac.authorization.k8s.io/v1/ClusterRole': () => undefined,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': () => undefined,
  'scheduling.k8s.io/v1/PriorityClass': () => undefined,
  'storage.k8s.io/v1/StorageClass': () => undefined,
  'storage.k8s.io/v1/VolumeAttributesClass': () => undefined,
  'networking.k8s.io/v1/IngressClass': (spec) => {
    spec.controller ??= 'example.com/controller'
  },
  'node.k8s.io/v1/RuntimeClass': () => undefined,
}

/** Kinds of a namespace whose objects concern no other; and what ties their fields together. */
const ofNamespace: Readonly<Record<string, (spec: Mutable) => void>> = {
  'v1/ConfigMap': () => undefined,
  'v1/Secret': () => undefined,
  'v1/Service': (spec) => {
    for (const field of ['externalName', 'sessionAffinityConfig', 'loadBalancerSourceRanges'])
      Reflect.deleteProperty(spec, field)
    for (const field of ['allocateLoadBalancerNodePorts', 'externalTrafficPolicy'])
      Reflect.deleteProperty(spec, field)
    if (spec.type !== 'NodePort') spec.type = 'ClusterIP'
    const ports = (spec.ports ?? [{}]) as Mutable[]
    spec.ports = ports.map((port, at) => ({ ...port, name: `p${at}`, port: 80 + at }))
  },
  'v1/ServiceAccount': () => undefined,
  'v1/PodTemplate': label,
  'v1/ReplicationController': (spec) => {
    Object.assign(spec, { replicas: 0, selector: labels })
    label(spec)
  },
  'apps/v1/Deployment': select,
  'apps/v1/StatefulSet': select,
  'apps/v1/ReplicaSet': select,
  'apps/v1/DaemonSet': (spec) => {
    select(spec)
    Reflect.deleteProperty(spec, 'replicas')
    template(spec).nodeSelector = { no: 'such-node' }
  },
  'batch/v1/Job': once,
  'batch/v1/CronJob': (spec) => {
    const job = (spec.jobTemplate ??= {}) as { spec?: Mutable }
    once((job.spec ??= {}))
    spec.schedule ??= '@daily'
    Object.assign(spec, { suspend: true })
  },
  'policy/v1/PodDisruptionBudget': () => undefined,
  'autoscaling/v2/HorizontalPodAutoscaler': (spec) => {
    Object.assign(spec, { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' } })
    spec.maxReplicas ??= 60
  },
  'networking.k8s.io/v1/NetworkPolicy': () => undefined,
  'networking.k8s.io/v1/Ingress': (spec) => {
    spec.defaultBackend ??= { service: { name: 'a', port: { number: 80 } } }
  },
  'rbac.authorization.k8s.io/v1/Role': () => undefined,
  'coordination.k8s.io/v1/Lease': () => undefined,
}

const finishing = { ...ofNamespace, ...wide }

type Mutable = Record<string, unknown>

function template(spec: Mutable): Mutable {
  const pod = (spec.template ??= {}) as { spec?: Mutable }
  return (pod.spec ??= { containers: [{ name: 'a', image: 'b' }] })
}

function label(spec: Mutable): void {
  template(spec)
  const { annotations } = ((spec.template as Mutable).metadata ?? {}) as Mutable
  const metadata = annotations === undefined ? { labels } : { annotations, labels }
  Object.assign(spec.template as Mutable, { metadata })
}

function select(spec: Mutable): void {
  Object.assign(spec, { replicas: 0, selector: { matchLabels: labels } })
  label(spec)
}

function once(spec: Mutable): void {
  for (const field of ['selector', 'manualSelector', 'managedBy']) Reflect.deleteProperty(spec, field)
  template(spec).restartPolicy = 'Never'
  Object.assign(spec, { suspend: true })
}

/** The kinds that are generated, as the server's OpenAPI document of their group and version describes them. */
export function generatedKinds(): readonly GeneratedKind[] {
  return Object.keys(finishing).map((id) => {
    const [kind = '', ...version] = id.split('/').reverse()
    const apiVersion = version.reverse().join('/')
    const group = apiVersion === 'v1' ? 'core' : ((apiVersion.split('/')[0] ?? '').split('.')[0] ?? '')
    const plural = kind.endsWith('y')
      ? `${kind.slice(0, -1)}ies`
      : kind.endsWith('s')
        ? `${kind}es`
        : `${kind}s`
    const schema = `io.k8s.api.${group}.${apiVersion.split('/').at(-1) ?? ''}.${kind}`
    const suffix = apiVersion === 'v1' ? '' : `.${apiVersion.split('/')[0] ?? ''}`
    return {
      apiVersion,
      kind,
      schema,
      plural: `${plural.toLowerCase()}${suffix}`,
      isWide: Object.hasOwn(wide, id),
    }
  })
}

/** Objects of a kind, each drawn from the server's own description of it. */
export function arbitraryObject(
  schemas: Schemas,
  of: GeneratedKind,
  name: string,
): fc.Arbitrary<KubernetesObject> {
  const { apiVersion, kind, schema, isWide } = of
  const described = schemas[schema]
  if (described === undefined) throw new Error(`the server describes no ${schema}`)
  return arbitraryValue(schemas, described, { owner: kind, name: '', depth: 0 }).map((drawn) => {
    const { annotations } = ((drawn as Mutable).metadata ?? {}) as Mutable
    const object = {
      ...(drawn as Mutable),
      apiVersion,
      kind,
      metadata: {
        name: isWide ? `${NAMESPACE}-${name}` : name,
        labels: { generated: NAMESPACE },
        ...(annotations === undefined ? {} : { annotations }),
      },
    } as Mutable
    const properties = described.properties ?? {}
    const finish = finishing[`${apiVersion}/${kind}`]
    if (finish !== undefined && Object.hasOwn(properties, 'spec')) finish((object.spec ??= {}) as Mutable)
    else if (Object.hasOwn(properties, 'template')) finish?.(object)
    return object as unknown as KubernetesObject
  })
}

export function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return JSON.parse(JSON.stringify(object).replaceAll(NAMESPACE, namespace)) as KubernetesObject
}
