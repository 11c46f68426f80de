import {
  initContainer,
  type Loose,
  type MatrixCase,
  probe,
  shell,
  sleeping,
  toYaml,
  workload,
  type WorkloadParts,
} from './case.ts'

const NO_IMAGE = 'localhost:5000/base/none:1'

interface Failing {
  readonly title: string
  readonly verdict: RegExp
  readonly evidence: RegExp
  readonly container: Loose
  readonly pod?: Loose
}

/** What can be wrong with a container, whichever of a pod's containers it is. */
const failing: Readonly<Record<string, Failing>> = {
  'image-not-found': {
    title: 'an image that does not exist',
    verdict: /(?:ErrImagePull|ImagePullBackOff)/,
    evidence: /not found/,
    container: { image: NO_IMAGE },
  },
  'image-never-pulled': {
    title: 'an image that is not there and may not be pulled',
    verdict: /ErrImageNeverPull/,
    evidence: /not present with pull policy of Never/,
    container: { image: NO_IMAGE, imagePullPolicy: 'Never' },
  },
  'image-name-invalid': {
    title: 'an invalid image name',
    verdict: /InvalidImageName/,
    evidence: /couldn't parse image|invalid reference/i,
    container: { image: 'UPPER/Case:1' },
  },
  'config-map-missing': {
    title: 'a ConfigMap that is missing',
    verdict: /CreateContainerConfigError/,
    evidence: /configmap "none" not found/,
    container: { envFrom: [{ configMapRef: { name: 'none' } }] },
  },
  'command-missing': {
    title: 'a command that does not exist',
    verdict: /(?:RunContainerError|StartError)/,
    evidence: /executable file not found/,
    container: { command: ['nope'] },
  },
  'crash-loop': {
    title: 'a crash at each start',
    verdict: /CrashLoopBackOff/,
    evidence: /exit 3, 2 restarts[^]*log: cannot reach db:5432/,
    container: shell('echo cannot reach db:5432; exit 3'),
  },
}

/** Only where the container is to go on running. */
const failingServers: Readonly<Record<string, Failing>> = {
  'image-unreachable': {
    title: 'a registry that does not answer',
    verdict: /(?:ErrImagePull|ImagePullBackOff)/,
    evidence: /connection refused|failed to do request/,
    container: { image: '127.0.0.1:1/none:1' },
  },
  'runs-as-root': {
    title: 'an image that runs as root where it may not',
    verdict: /CreateContainerConfigError/,
    evidence: /runAsNonRoot/,
    container: { securityContext: { runAsNonRoot: true } },
  },
  'profile-missing': {
    title: 'a container that cannot be created',
    verdict: /CreateContainerError/,
    evidence: /seccomp|apparmor/i,
    container: { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'none.json' } } },
  },
  'secret-volume-missing': {
    title: 'a volume whose Secret is missing',
    verdict: /FailedMount/,
    evidence: /secret "none" not found/,
    container: { volumeMounts: [{ name: 'keys', mountPath: '/keys' }] },
    pod: { volumes: [{ name: 'keys', secret: { secretName: 'none' } }] },
  },
  'folder-missing': {
    title: 'a folder of the node that is missing',
    verdict: /FailedMount/,
    evidence: /hostPath type check failed/,
    container: { volumeMounts: [{ name: 'folder', mountPath: '/folder' }] },
    pod: { volumes: [{ name: 'folder', hostPath: { path: '/nowhere/at/all', type: 'Directory' } }] },
  },
  'ends-at-once': {
    title: 'a server that ends, if well',
    verdict: /CrashLoopBackOff/,
    evidence: /exit 0 \(Completed\), 2 restarts/,
    container: shell('true'),
  },
  'out-of-memory': {
    title: 'more memory used than allowed',
    // Now and then the container runtime misses why the kernel killed it.
    verdict: /OOMKilled|CrashLoopBackOff/,
    evidence: /exit 137/,
    container: { ...shell('tail /dev/zero'), resources: { limits: { memory: '16Mi' } } },
  },
  'liveness-fails': {
    title: 'a liveness probe that fails',
    verdict: /CrashLoopBackOff/,
    evidence: /killed by the kubelet: Liveness probe failed/,
    container: { livenessProbe: probe('echo dead; false', { failureThreshold: 1 }) },
  },
  'startup-fails': {
    title: 'a startup probe that fails',
    verdict: /CrashLoopBackOff/,
    evidence: /killed by the kubelet: Startup probe failed/,
    container: { startupProbe: probe('echo not yet; false', { failureThreshold: 1 }) },
  },
}

function caseOf(
  name: string,
  title: string,
  each: Failing,
  parts: (each: Failing) => WorkloadParts,
): MatrixCase {
  const { verdict, evidence } = each
  const manifests: MatrixCase['manifests'] = (images) => toYaml(workload(name, images, parts(each)))
  return { name, title, verdict, evidence, manifests }
}

const inMain = Object.entries({ ...failing, ...failingServers }).map(([name, each]) =>
  caseOf(name, each.title, each, ({ container, pod = {} }) => ({ container, pod })),
)

const inInit: readonly MatrixCase[] = Object.entries(failing).map(
  ([what, { title, verdict, evidence, container }]) => {
    const name = `init-${what}`
    return {
      name,
      title: `${title}, in an init container`,
      verdict,
      evidence,
      manifests: (images) => toYaml(workload(name, images, { pod: initContainer(images, container) })),
    }
  },
)

const sidecars: Readonly<Record<string, Failing>> = {
  'crash-loop': failing['crash-loop']!,
  'image-not-found': failing['image-not-found']!,
  'startup-fails': failingServers['startup-fails']!,
}

const inSidecar: readonly MatrixCase[] = Object.entries(sidecars).map(
  ([what, { title, verdict, evidence, container }]) => {
    const name = `sidecar-${what}`
    return {
      name,
      title: `${title}, in a native sidecar`,
      verdict,
      evidence,
      manifests: (images) => toYaml(workload(name, images, { pod: initContainer(images, container, true) })),
    }
  },
)

const inKinds: readonly MatrixCase[] = [
  {
    name: 'stateful-set-crash-loop',
    title: 'a crash at each start, in a StatefulSet',
    verdict: /CrashLoopBackOff/,
    evidence: /exit 3/,
    manifests: (images) =>
      toYaml(
        workload('stateful-set-crash-loop', images, { kind: 'StatefulSet', container: shell('exit 3') }),
      ),
  },
  {
    name: 'daemon-set-image-not-found',
    title: 'an image that does not exist, in a DaemonSet',
    verdict: /(?:ErrImagePull|ImagePullBackOff)/,
    evidence: /not found/,
    manifests: (images) =>
      toYaml(
        workload('daemon-set-image-not-found', images, { kind: 'DaemonSet', container: { image: NO_IMAGE } }),
      ),
  },
  {
    name: 'job-image-not-found',
    title: 'a Job whose pod cannot start',
    verdict: /(?:ErrImagePull|ImagePullBackOff)/,
    evidence: /not found/,
    manifests: (images) =>
      toYaml(workload('job-image-not-found', images, { kind: 'Job', container: { image: NO_IMAGE } })),
  },
  {
    name: 'job-fails',
    title: 'a Job that fails',
    verdict: /BackoffLimitExceeded/,
    evidence: /backoff limit/,
    manifests: (images) =>
      toYaml(
        workload('job-fails', images, { kind: 'Job', spec: { backoffLimit: 0 }, container: shell('exit 5') }),
      ),
  },
  {
    name: 'job-fails-and-goes',
    title: 'a Job that fails and is removed by its ttl at once',
    verdict: /BackoffLimitExceeded/,
    evidence: /backoff limit/,
    manifests: (images) =>
      toYaml(
        workload('job-fails-and-goes', images, {
          kind: 'Job',
          spec: { backoffLimit: 0, ttlSecondsAfterFinished: 0 },
          container: shell('exit 5'),
        }),
      ),
  },
  {
    name: 'job-too-slow',
    title: 'a Job that takes longer than its deadline',
    verdict: /DeadlineExceeded/,
    evidence: /longer than specified deadline/,
    manifests: (images) =>
      toYaml(workload('job-too-slow', images, { kind: 'Job', spec: { activeDeadlineSeconds: 3 } })),
  },
  {
    name: 'pod-fails',
    title: 'a pod of nobody that fails',
    verdict: /Failed/,
    evidence: /not started again/,
    manifests: (images) =>
      toYaml(
        workload('pod-fails', images, {
          kind: 'Pod',
          pod: { restartPolicy: 'Never' },
          container: shell('exit 6'),
        }),
      ),
  },
  {
    name: 'never-ready-in-time',
    title: 'a readiness probe that does not pass in the time that the object allows',
    verdict: /Unhealthy/,
    evidence: /Readiness probe failed: not yet/,
    manifests: (images) =>
      toYaml(
        workload('never-ready-in-time', images, {
          annotations: { 'stagegate.dev/ready-within': '5s' },
          container: { readinessProbe: probe('echo not yet; false') },
        }),
      ),
  },
  {
    name: 'second-of-two-crashes',
    title: 'a crash of the second container only',
    verdict: /CrashLoopBackOff/,
    evidence: /container main: .*exit 7/,
    manifests: (images) => {
      const name = 'second-of-two-crashes'
      const made = workload(name, images, { container: shell('exit 7') }) as {
        spec: { template: { spec: { containers: Loose[] } } }
      } & Loose
      made.spec.template.spec.containers.unshift(sleeping(images, 'first'))
      return toYaml(made)
    },
  },
]

/** Pods that are made, and whose containers do not run. */
export const failingContainers: readonly MatrixCase[] = [...inMain, ...inInit, ...inSidecar, ...inKinds]
