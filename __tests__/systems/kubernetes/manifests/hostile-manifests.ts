/** What a manifest may try, and what it is told. */
export type HostileManifest = readonly [what: string, yaml: string, told: RegExp]

const meta = (fields: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, ${fields}}\n`
const pods = (kind: string, fields: string) =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: a}\nspec: {template: {metadata: {${fields}}}}\n`
const named = (apiVersion: string, kind: string, name: string, more = '') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}${more}}\n`

const ours = /is for our own bookkeeping and cannot be set by a manifest/
const server = /is written by the server and cannot be applied/
const noName = /is no name: names have no "\/"/

/** By what they say, wherever they may go. */
export const forged: readonly HostileManifest[] = [
  ['who owns its fields', meta('managedFields: []'), server],
  ['its uid', meta('uid: 0b0b'), server],
  ['its version', meta('resourceVersion: "1"'), server],
  ['its link', meta('selfLink: /api/v1/secrets'), server],
  ['its generation', meta('generation: 7'), server],
  ['its deletion', meta('deletionTimestamp: "2020-01-01T00:00:00Z"'), server],
  ['the grace of its deletion', meta('deletionGracePeriodSeconds: 0'), server],
  [
    'an owner, to be deleted with it',
    meta('ownerReferences: [{uid: x, kind: Node, name: n}]'),
    /no manifest/,
  ],
  ['its uid by a merge key', meta('<<: {uid: x}'), server],
  ['its uid by an alias', `x: &x {name: a, uid: x}\napiVersion: v1\nkind: A\nmetadata: *x\n`, server],
  [
    'its uid in a list',
    `apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A, metadata: {name: a, uid: x}}]`,
    server,
  ],
  ['its status', `${named('v1', 'Pod', 'a')}status: {phase: Running}\n`, server],
  ['a name of the server’s', named('v1', 'Pod', 'a', ', generateName: a-'), /generateName cannot be applied/],
  ['the record of a service', named('v1', 'Secret', 'stagegate-api-record'), ours],
  ['the key of a service', named('v1', 'Secret', 'stagegate-api-key'), ours],
  ['the record elsewhere', named('v1', 'Secret', 'stagegate-b-record', ', namespace: prod'), ours],
  ['the lock of a service', named('coordination.k8s.io/v1', 'Lease', 'stagegate-api-lock'), ours],
  [
    'a record by way of an operator',
    named('external-secrets.io/v1', 'ExternalSecret', 'stagegate-a-record'),
    ours,
  ],
  ['a sealed key', named('bitnami.com/v1alpha1', 'SealedSecret', 'stagegate-a-key'), ours],
  ['the type of a record', `${named('v1', 'Secret', 'a')}type: stagegate.dev/record\n`, ours],
  ['the type of a key', `${named('v1', 'Secret', 'a')}type: stagegate.dev/key\n`, ours],
  ['to be one of our migrations', meta('labels: {app.kubernetes.io/managed-by: stagegate}'), ours],
  ['its pods to be ours', pods('Deployment', 'labels: {"app.kubernetes.io/managed-by": "stagegate"}'), ours],
  [
    'later Jobs to be our migrations',
    `${named('batch/v1', 'CronJob', 'a')}spec: {jobTemplate: {metadata: {labels: {app.kubernetes.io/managed-by: stagegate}}}}\n`,
    ours,
  ],
  ['the commit', meta('annotations: {stagegate.dev/commit: abc}'), ours],
  ['the commit as a label', meta('labels: {stagegate.dev/commit: abc}'), ours],
  ['the hash of the configuration', pods('Deployment', 'annotations: {stagegate.dev/config-hash: x}'), ours],
  ['a name below our prefix', meta('annotations: {x.stagegate.dev/commit: abc}'), ours],
  ['to be part of a set', meta('labels: {applyset.kubernetes.io/part-of: x}'), ours],
  ['to be a set', meta('labels: {applyset.kubernetes.io/id: x}'), ours],
  ['a label by an alias', `x: &x {stagegate.dev/x: y}\n${meta('labels: *x')}`, ours],
  ['another path by its name', named('v1', 'Secret', '..'), noName],
  ['a list by its name', named('v1', 'Secret', '"."'), noName],
  ['a path for a name', named('v1', 'Secret', 'a/../../secrets/b'), noName],
  ['an encoded path for a name', named('v1', 'Secret', '"a%2f..%2fb"'), noName],
  ['another path by its namespace', named('v1', 'Secret', 'a', ', namespace: ..'), noName],
  ['a path for a namespace', named('v1', 'Secret', 'a', ', namespace: x/../kube-system'), noName],
  ['two kinds', `${named('v1', 'ConfigMap', 'a')}kind: ClusterRole\n`, /Map keys must be unique/],
  [
    'two kinds in JSON',
    '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "kind": "Secret"}',
    /Map keys must be unique/,
  ],
  ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', /kind is missing/],
  ['a kind that is no text', 'apiVersion: v1\nkind: [Pod]\nmetadata: {name: a}\n', /kind is missing/],
  ['a name that is no text', 'apiVersion: v1\nkind: Pod\nmetadata: {name: {a: b}}\n', /name is missing/],
  ['a namespace that is no text', meta('namespace: [staging]'), /namespace is no text/],
  ['metadata that are a list', 'apiVersion: v1\nkind: Pod\nmetadata: [a]\n', /metadata is missing/],
  ['a function', `${named('v1', 'Pod', 'a')}spec: !!js/function "() => 1"\n`, /[Uu]nresolved tag/],
  ['a number that would be another', `${named('v1', 'Pod', 'a')}x: 9007199254740993\n`, /too large/],
  ['half a character', `${named('v1', 'Pod', 'a')}x: "\\ud800"\n`, /half of a surrogate pair/],
  ['infinity', `${named('v1', 'Pod', 'a')}x: .inf\n`, /too large/],
  ['a hook that nobody runs', meta('annotations: {helm.sh/hook: pre-install}'), /only Helm runs hooks/],
  [
    'what it hides with SOPS',
    `${named('v1', 'Pod', 'a')}sops: {mac: x, age: [{recipient: r, enc: e}]}\n`,
    /SOPS/,
  ],
]

/** What the tests' allow-list has; everything below is outside of it. */
export const allowed = {
  namespaces: ['monitoring'],
  kinds: ['Deployment', 'Service', 'ConfigMap', 'Secret', 'Job', 'Namespace', 'shop.example.com/*'],
}

const kind = /the kind is not one of those that are allowed/
const place = /the namespace [\w-]+ is not one of those that are allowed/
const rbac = 'rbac.authorization.k8s.io/v1'
const admission = 'admissionregistration.k8s.io/v1'

/** By where they go or what they are, though each is a sound object. */
export const outside: readonly HostileManifest[] = [
  ['power over the cluster', named(rbac, 'ClusterRoleBinding', 'a'), kind],
  ['a role of the cluster', named(rbac, 'ClusterRole', 'a'), kind],
  ['a role', named(rbac, 'Role', 'a'), kind],
  [
    'a role for all',
    `${named(rbac, 'RoleBinding', 'a')}subjects: [{kind: Group, name: system:authenticated}]`,
    kind,
  ],
  ['what every request passes', named(admission, 'MutatingWebhookConfiguration', 'a'), kind],
  ['what may refuse every request', named(admission, 'ValidatingWebhookConfiguration', 'a'), kind],
  ['a policy of admission', named(admission, 'ValidatingAdmissionPolicy', 'a'), kind],
  ['a definition', named('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a'), kind],
  ['an API of its own', named('apiregistration.k8s.io/v1', 'APIService', 'v1.a'), kind],
  ['a disk of a node', `${named('v1', 'PersistentVolume', 'a')}spec: {hostPath: {path: /}}\n`, kind],
  ['a class of storage', named('storage.k8s.io/v1', 'StorageClass', 'a'), kind],
  ['a class that evicts others', named('scheduling.k8s.io/v1', 'PriorityClass', 'a'), kind],
  ['a node', named('v1', 'Node', 'a'), kind],
  ['a certificate of the cluster', named('certificates.k8s.io/v1', 'CertificateSigningRequest', 'a'), kind],
  ['pods on every node', pods('DaemonSet', ''), kind],
  ['a bare pod', named('v1', 'Pod', 'a'), kind],
  ['an account', named('v1', 'ServiceAccount', 'a'), kind],
  ['the limits of the namespace', named('v1', 'ResourceQuota', 'a'), kind],
  ['its walls', named('networking.k8s.io/v1', 'NetworkPolicy', 'a'), kind],
  ['another’s lock', named('coordination.k8s.io/v1', 'Lease', 'leader'), kind],
  ['a kind of the same name', named('evil.example.com/v1', 'Deployment', 'a'), kind],
  ['a group of a like name', named('evil.shop.example.com/v1', 'Widget', 'a'), kind],
  ['the namespace of the system', named('v1', 'ConfigMap', 'a', ', namespace: kube-system'), place],
  ['another environment', named('apps/v1', 'Deployment', 'a', ', namespace: production'), place],
  ['a Secret of another’s', named('v1', 'Secret', 'a', ', namespace: default'), place],
  ['a namespace of its own', named('v1', 'Namespace', 'mine'), place],
  ['the namespace of the system itself', named('v1', 'Namespace', 'kube-system'), place],
  [
    'another place in a list',
    `apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: default}}]`,
    place,
  ],
  [
    'another place by an alias',
    `x: &x {name: a, namespace: default}\napiVersion: v1\nkind: Secret\nmetadata: *x\n`,
    place,
  ],
  ['another place by a merge key', named('v1', 'Secret', 'a', ', <<: {namespace: default}'), place],
]
