import { type Loose, type MatrixCase, probe, toYaml, workload, type WorkloadParts } from './case.ts'

const quota: Loose = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small' },
  spec: { hard: { pods: '0' } },
}

const limits: Loose = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'limits' },
  spec: { limits: [{ type: 'Container', max: { memory: '16Mi' }, default: { memory: '16Mi' } }] },
}

const tooLarge: WorkloadParts = { container: { resources: { limits: { memory: '64Mi' } } } }

function restricted(namespace: string): Loose {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  }
}

/** A policy of the cluster that lets no pod of one namespace through. */
function policy(namespace: string): readonly Loose[] {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const metadata = { name: namespace }
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
          ],
        },
        validations: [{ expression: 'false', message: 'images of base are not allowed' }],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: {
        policyName: namespace,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
      },
    },
  ]
}

interface Refused {
  readonly title: string
  readonly evidence: RegExp
  readonly parts?: WorkloadParts
  readonly webhook?: MatrixCase['webhook']
  readonly before?: (namespace: string) => readonly Loose[]
}

const refused: Readonly<Record<string, Refused>> = {
  'quota-exceeded': {
    title: 'a quota',
    evidence: /exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0/,
    before: () => [quota],
  },
  'quota-exceeded-stateful-set': {
    title: 'a quota, for a StatefulSet',
    evidence: /exceeded quota: small/,
    parts: { kind: 'StatefulSet' },
    before: () => [quota],
  },
  'quota-exceeded-job': {
    title: 'a quota, for a Job',
    evidence: /exceeded quota: small/,
    parts: { kind: 'Job' },
    before: () => [quota],
  },
  'quota-exceeded-replica-set': {
    title: 'a quota, for a ReplicaSet of nobody',
    evidence: /exceeded quota: small/,
    parts: { kind: 'ReplicaSet' },
    before: () => [quota],
  },
  'limit-exceeded': {
    title: 'a LimitRange',
    evidence: /maximum memory usage per Container is 16Mi/,
    parts: tooLarge,
    before: () => [limits],
  },
  'limit-exceeded-daemon-set': {
    title: 'a LimitRange, for a DaemonSet',
    evidence: /maximum memory usage per Container is 16Mi/,
    parts: { ...tooLarge, kind: 'DaemonSet' },
    before: () => [limits],
  },
  'pod-security-violated': {
    title: 'Pod Security',
    evidence: /violates PodSecurity "restricted:latest"/,
    before: (namespace) => [restricted(namespace)],
  },
  'pod-security-violated-stateful-set': {
    title: 'Pod Security, for a StatefulSet',
    evidence: /violates PodSecurity "restricted:latest"/,
    parts: { kind: 'StatefulSet' },
    before: (namespace) => [restricted(namespace)],
  },
  'policy-violated': {
    title: 'an admission policy',
    evidence: /images of base are not allowed/,
    before: policy,
  },
  'webhook-denies': {
    title: 'a webhook that denies them',
    evidence:
      /admission webhook "pods.example.com" denied the request: spec.timeoutSeconds of the service account/,
    webhook: 'denies',
  },
  'webhook-denies-job': {
    title: 'a webhook that denies them, for a Job',
    evidence: /admission webhook "pods.example.com" denied the request/,
    parts: { kind: 'Job' },
    webhook: 'denies',
  },
  'webhook-silent': {
    title: 'a webhook that does not answer',
    evidence: /failed calling webhook "pods.example.com".*(?:context deadline exceeded|timeout)/,
    webhook: 'silent',
  },
  'service-account-missing': {
    title: 'a service account that is missing',
    evidence: /serviceaccount "none" not found/,
    parts: { pod: { serviceAccountName: 'none' } },
  },
}

const notMade: readonly MatrixCase[] = Object.entries(refused).map(
  ([name, { title, evidence, parts = {}, before, webhook }]) => ({
    name,
    title,
    verdict: /FailedCreate/,
    evidence,
    ...(webhook === undefined ? {} : { webhook }),
    ...(before === undefined
      ? {}
      : {
          before: (_images, namespace) => toYaml(...before(namespace)),
          refused: (images) => toYaml(workload('refused', images, { ...parts, kind: 'Pod' })),
        }),
    manifests: (images) => toYaml(workload(name, images, parts)),
  }),
)

const notPlaced: readonly MatrixCase[] = [
  {
    name: 'no-node',
    title: 'no node for it',
    verdict: /Unschedulable/,
    evidence: /didn't match Pod's node affinity\/selector/,
    manifests: (images) =>
      toYaml(workload('no-node', images, { pod: { nodeSelector: { zone: 'nowhere' } } })),
  },
  {
    name: 'no-room',
    title: 'no room for it, in the time that the object allows',
    verdict: /Unschedulable/,
    evidence: /Insufficient cpu/,
    manifests: (images) =>
      toYaml(
        workload('no-room', images, {
          annotations: { 'stagegate.dev/schedule-within': '3s' },
          container: { resources: { requests: { cpu: '1000' } } },
        }),
      ),
  },
  {
    name: 'claim-of-no-class',
    title: 'a claim of a storage class that does not exist',
    verdict: /ProvisioningFailed/,
    evidence: /storageclass.*"none" not found/,
    manifests: () =>
      toYaml({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'claim-of-no-class' },
        spec: {
          storageClassName: 'none',
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Mi' } },
        },
      }),
  },
  {
    name: 'progress-deadline',
    title: 'its progress deadline',
    verdict: /ProgressDeadlineExceeded/,
    evidence: /has timed out progressing/,
    manifests: (images) =>
      toYaml(
        workload('progress-deadline', images, {
          spec: { progressDeadlineSeconds: 4 },
          container: { readinessProbe: probe('false') },
        }),
      ),
  },
  {
    name: 'paused',
    title: 'its being paused',
    verdict: /DeploymentPaused/,
    evidence: /paused/,
    manifests: (images) => toYaml(workload('paused', images, { spec: { paused: true } })),
  },
]

/** Pods that are not made, or get no place. */
export const failingPods: readonly MatrixCase[] = [...notMade, ...notPlaced]
