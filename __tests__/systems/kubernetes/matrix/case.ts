import { stringify } from 'yaml'
import type { TestbedDescription } from '../../../../script/lib/testbed/description.ts'
import type { WebhookConduct } from '../webhook-server.ts'

export type Images = TestbedDescription['images']

/** A rollout on a real cluster, and what has to be said of it: for the tests, the recordings and the benchmark. */
export interface MatrixCase {
  /** Also the name of its object and of its recording: `image-not-found`. */
  readonly name: string
  /** As it stands in the name of a test: `an image that does not exist`. */
  readonly title: string
  /** A pod that the cluster refuses once what is there before has taken effect; YAML. */
  readonly refused?: (images: Images) => string
  /** What is applied and waited for, in a namespace of its own; YAML. */
  readonly manifests: (images: Images, namespace: string) => string
  /** What is there before, and is not waited for; YAML. */
  readonly before?: (images: Images, namespace: string) => string
  /** A webhook that is asked about each pod of the namespace. */
  readonly webhook?: WebhookConduct
  /** `done`, or the reason of the failure. */
  readonly verdict: string | RegExp
  /** What the evidence of the failure says. */
  readonly evidence?: RegExp
}

/** A Kubernetes object that is not checked: some are wrong on purpose. */
export type Loose = Readonly<Record<string, unknown>>

export function toYaml(...objects: readonly Loose[]): string {
  return objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n')
}

export interface WorkloadParts {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'Pod'
  readonly annotations?: Readonly<Record<string, string>>
  /** Of the workload. */
  readonly spec?: Loose
  /** Of the pod. */
  readonly pod?: Loose
  /** Of its container `main`. */
  readonly container?: Loose
}

/** A workload whose container sleeps, but for the parts that are given. */
export function workload(name: string, images: Images, parts: WorkloadParts = {}): Loose {
  const { kind = 'Deployment', annotations = {}, spec = {}, pod = {}, container = {} } = parts
  const metadata = { name, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }
  const podSpec = {
    terminationGracePeriodSeconds: 0,
    ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}),
    ...pod,
    containers: [{ ...sleeping(images), ...container }],
  }
  if (kind === 'Pod') return { apiVersion: 'v1', kind, metadata, spec: podSpec }
  const template = { metadata: { labels: { app: name } }, spec: podSpec }
  if (kind === 'Job') return { apiVersion: 'batch/v1', kind, metadata, spec: { ...spec, template } }
  const selector = { matchLabels: { app: name } }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { ...(kind === 'StatefulSet' ? { serviceName: name } : {}), selector, ...spec, template },
  }
}

export function sleeping(images: Images, name = 'main'): Loose {
  return { name, image: images.debian, command: ['sleep', 'infinity'] }
}

/** A shell's script as a command. */
export function shell(script: string): Loose {
  return { command: ['sh', '-c', script] }
}

/** A container that does something else before the others, or beside them as a native sidecar. */
export function initContainer(images: Images, container: Loose, sidecar = false): Loose {
  const policy = sidecar ? { restartPolicy: 'Always' } : {}
  return { initContainers: [{ ...sleeping(images, 'prepare'), ...policy, ...container }] }
}

/** One probe each second, so that a test need not wait. */
export function probe(command: string, more: Loose = {}): Loose {
  return { exec: { command: ['sh', '-c', command] }, periodSeconds: 1, ...more }
}
