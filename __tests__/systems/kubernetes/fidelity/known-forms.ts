import fc from 'fast-check'
import { anyNumber, dataKey, freeText } from './arbitrary-text.ts'

/** What most names of Kubernetes allow. */
export const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/)

export const port = fc.integer({ min: 1, max: 65_535 })

const path = fc.stringMatching(/^\/[a-z]{1,5}(\/[a-z0-9]{1,5})?$/)
const backend = fc.record({ service: fc.record({ name: label, port: fc.record({ number: port }) }) })
const texts = fc.array(freeText, { minLength: 1, maxLength: 3 })
const bytes = fc.uint8Array({ maxLength: 12 }).map((each) => Buffer.from(each).toString('base64'))
const userId = fc.oneof(fc.constantFrom(0, 2_147_483_647), fc.integer({ min: 1, max: 65_535 }))

const anything = fc.oneof(freeText, anyNumber, fc.maxSafeInteger(), fc.boolean(), texts, fc.constant([]))

function mapping<T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(key, value, { minKeys: 1, maxKeys: 4 })
}

/** Fields of one type (`EnvVar.value`) that take more than others of their name or schema do. */
export const byPlace: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'ConfigMap.data': mapping(dataKey, freeText),
  'ConfigMap.binaryData': mapping(dataKey, bytes),
  'Secret.data': mapping(dataKey, bytes),
  'Secret.stringData': mapping(dataKey, freeText),
  'ObjectMeta.annotations': mapping(label, freeText),
  'EnvVar.value': freeText,
  'HTTPHeader.value': freeText,
  'Sysctl.value': freeText,
  'Container.command': texts,
  'Container.args': texts,
  'ExecAction.command': texts,
  'CSIVolumeSource.volumeAttributes': mapping(label, freeText),
  'PriorityClass.description': freeText,
  'PriorityClass.value': fc.integer({ min: -2_147_483_648, max: 1_000_000_000 }),
  'PriorityClass.preemptionPolicy': fc.constantFrom('Never', 'PreemptLowerPriority'),
  'StorageClass.parameters': mapping(label, freeText),
  'StorageClass.mountOptions': texts,
  'StorageClass.volumeBindingMode': fc.constantFrom('Immediate', 'WaitForFirstConsumer'),
  'VolumeAttributesClass.parameters': mapping(label, freeText),
  'IngressClassSpec.controller': label.map((name) => `example.com/${name}`),
  'IngressClassParametersReference.apiGroup': fc.constant('example.com'),
  'IngressClassParametersReference.scope': fc.constant('Cluster'),
  'RoleRef.apiGroup': fc.constant('rbac.authorization.k8s.io'),
  'RoleRef.kind': fc.constant('ClusterRole'),
  'PodSecurityContext.runAsUser': userId,
  'PodSecurityContext.fsGroup': userId,
  'SecurityContext.runAsUser': userId,
  'Widget.text': freeText,
  'Widget.texts': texts,
  'Widget.words': mapping(fc.oneof(dataKey, freeText), freeText),
  'Widget.any': mapping(fc.oneof(dataKey, freeText), fc.oneof(anything, mapping(dataKey, anything))),
}

/** Fields that the server wants though its schema does not say so. */
export const alwaysSet: ReadonlySet<string> = new Set(['Container.image', 'VolumeAttributesClass.parameters'])

/** What the server holds beside the schema: forms of texts and numbers that only its validation knows. */
export const byName: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ...Object.fromEntries(
    [
      'name',
      'key',
      'secretName',
      'claimName',
      'serviceName',
      'containerName',
      'topologyKey',
      'hostname',
      'subdomain',
      'serviceAccountName',
      'storageClassName',
      'volume',
      'prefix',
      'holderIdentity',
      'ingressClassName',
      'priorityClassName',
      'schedulerName',
      'nodeName',
    ].map((name) => [name, label]),
  ),
  ...Object.fromEntries(['port', 'containerPort', 'targetPort'].map((name) => [name, port])),
  ...Object.fromEntries(
    ['path', 'mountPath', 'workingDir', 'terminationMessagePath'].map((name) => [name, path]),
  ),
  host: label.map((name) => `${name}.example.com`),
  image: label.map((name) => `registry.example.com/${name}:1`),
  ...Object.fromEntries(['backend', 'defaultBackend'].map((name) => [name, backend])),
  schedule: fc.constantFrom('*/5 * * * *', '0 3 * * 1', '@daily'),
  timeZone: fc.constant('Etc/UTC'),
  cidr: fc.constantFrom('10.0.0.0/8', '192.168.0.0/16'),
  apiGroup: fc.constantFrom('', 'apps'),
  verbs: fc.subarray(['get', 'list', 'watch', 'patch'], { minLength: 1 }),
  addresses: fc.constantFrom(['10.1.2.3'], ['10.1.2.3', '10.1.2.4']),
  effect: fc.constantFrom('NoSchedule', 'NoExecute'),
  defaultMode: fc.integer({ min: 0, max: 0o777 }),
  mode: fc.integer({ min: 0, max: 0o777 }),
}

/** Set by the server, tied to other fields by rules of its own, or with an effect on what else is in the cluster. */
export const leftOut: ReadonlySet<string> = new Set([
  ...[
    'status',
    'managedFields',
    'ownerReferences',
    'finalizers',
    'creationTimestamp',
    'namespace',
    'generateName',
  ],
  ...[
    'nodePort',
    'clusterIP',
    'clusterIPs',
    'healthCheckNodePort',
    'ipFamilies',
    'loadBalancerIP',
    'loadBalancerClass',
  ],
  ...[
    'externalIPs',
    'hostPort',
    'ephemeralContainers',
    'overhead',
    'resourceVersion',
    'uid',
    'claims',
    'resourceClaims',
  ],
  ...['seLinuxOptions', 'windowsOptions', 'hostUsers', 'os', 'deprecatedServiceAccount', 'nodeRef'],
  // Of the whole cluster: a default for everybody's pods, rules that a controller writes, fields that exclude each other.
  ...['globalDefault', 'aggregationRule', 'nonResourceURLs'],
])
