import { type Loose, type MatrixCase, probe, shell, toYaml, workload } from './case.ts'

function claim(name: string, spec: Loose): Loose {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, ...spec },
  }
}

/** A volume and a class of the cluster; named like the namespace, and removed by whoever removes that. */
function storage(name: string, mode: 'Immediate' | 'WaitForFirstConsumer'): Loose {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: mode,
  }
}

/** What gets ready, however bad it looks on the way. */
export const passing: readonly MatrixCase[] = [
  {
    name: 'heals',
    title: 'a container that crashes once',
    verdict: 'done',
    manifests: (images) =>
      toYaml(
        workload('heals', images, {
          pod: { volumes: [{ name: 'state', emptyDir: {} }] },
          container: {
            ...shell('test -e /state/crashed && exec sleep infinity; touch /state/crashed; exit 1'),
            volumeMounts: [{ name: 'state', mountPath: '/state' }],
          },
        }),
      ),
  },
  {
    name: 'heals-within-budget',
    title: 'a container that crashes three times, which its object allows',
    verdict: 'done',
    manifests: (images) =>
      toYaml(
        workload('heals-within-budget', images, {
          annotations: { 'stagegate.dev/restarts-allowed': '3' },
          pod: { volumes: [{ name: 'state', emptyDir: {} }] },
          container: {
            ...shell(
              'echo >> /state/starts; test $(wc -l < /state/starts) -gt 2 && exec sleep infinity; exit 1',
            ),
            volumeMounts: [{ name: 'state', mountPath: '/state' }],
          },
        }),
      ),
  },
  {
    name: 'slow-start',
    title: 'a readiness probe that passes late',
    verdict: 'done',
    manifests: (images) =>
      toYaml(
        workload('slow-start', images, {
          spec: { replicas: 2 },
          container: { ...shell('sleep 4; touch /up; sleep infinity'), readinessProbe: probe('test -e /up') },
        }),
      ),
  },
  {
    name: 'init-and-sidecar',
    title: 'a sidecar and an init container that do their work',
    verdict: 'done',
    manifests: (images) =>
      toYaml(
        workload('init-and-sidecar', images, {
          pod: {
            initContainers: [
              { name: 'prepare', image: images.debian, command: ['true'] },
              {
                name: 'proxy',
                image: images.debian,
                command: ['sleep', 'infinity'],
                restartPolicy: 'Always',
                startupProbe: probe('true'),
              },
            ],
          },
        }),
      ),
  },
  {
    name: 'scaled-to-zero',
    title: 'a Deployment of no replicas',
    verdict: 'done',
    manifests: (images) => toYaml(workload('scaled-to-zero', images, { spec: { replicas: 0 } })),
  },
  {
    name: 'claim-waits-for-consumer',
    title: 'a claim that is bound when a pod uses it, and nothing that uses it',
    verdict: 'done',
    before: (_images, namespace) => toYaml(storage(namespace, 'WaitForFirstConsumer')),
    manifests: (_images, namespace) =>
      toYaml(claim('claim-waits-for-consumer', { storageClassName: namespace })),
  },
  {
    name: 'claim-bound',
    title: 'a claim and the pod that uses it',
    verdict: 'done',
    before: (_images, namespace) =>
      toYaml(storage(namespace, 'WaitForFirstConsumer'), {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: namespace },
        spec: {
          capacity: { storage: '1Mi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: namespace,
          hostPath: { path: '/tmp' },
        },
      }),
    manifests: (images, namespace) =>
      toYaml(
        claim('claim-bound', { storageClassName: namespace }),
        workload('claim-bound', images, {
          pod: { volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'claim-bound' } }] },
          container: { volumeMounts: [{ name: 'disk', mountPath: '/disk' }] },
        }),
      ),
  },
  {
    name: 'stateful-set',
    title: 'a StatefulSet of three, one after the other',
    verdict: 'done',
    manifests: (images) =>
      toYaml(workload('stateful-set', images, { kind: 'StatefulSet', spec: { replicas: 3 } })),
  },
  {
    name: 'daemon-set',
    title: 'a DaemonSet',
    verdict: 'done',
    manifests: (images) => toYaml(workload('daemon-set', images, { kind: 'DaemonSet' })),
  },
  {
    name: 'job-removed',
    title: 'a Job that its ttl removes while another object is waited for',
    verdict: 'done',
    manifests: (images) =>
      toYaml(
        workload('job-removed', images, {
          kind: 'Job',
          spec: { ttlSecondsAfterFinished: 0 },
          container: shell('true'),
        }),
        workload('job-removed', images, {
          container: { ...shell('sleep 6; touch /up; sleep infinity'), readinessProbe: probe('test -e /up') },
        }),
      ),
  },
  {
    name: 'pod-succeeds',
    title: 'a pod of nobody that ends well, and one that runs',
    verdict: 'done',
    manifests: (images) =>
      toYaml(
        workload('pod-succeeds', images, {
          kind: 'Pod',
          pod: { restartPolicy: 'Never' },
          container: shell('true'),
        }),
        workload('pod-runs', images, { kind: 'Pod' }),
      ),
  },
  {
    name: 'load-balancer-present',
    title: 'a load balancer that nobody makes, where being there is enough',
    verdict: 'done',
    manifests: () =>
      toYaml({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'load-balancer-present', annotations: { 'stagegate.dev/wait': 'present' } },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
      }),
  },
]
