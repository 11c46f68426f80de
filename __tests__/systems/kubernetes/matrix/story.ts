import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { openTestbedCluster, type TestbedCluster } from '../testbed-cluster.ts'
import { type Images, probe, shell, toYaml, workload, type WorkloadParts } from './case.ts'
import { type MatrixResult, rollOut } from './run-case.ts'

/** Several rollouts of objects of the same name, one after the other; the last one is judged. */
export interface Story {
  readonly name: string
  readonly title: string
  readonly verdict: string | RegExp
  readonly run: (told: Told) => Promise<MatrixResult>
}

/** What a story is told with. */
export interface Told {
  readonly bed: TestbedCluster
  readonly images: Images
  /** Rolls out the story's workload, changed in parts; only the last rollout of a story is recorded. */
  readonly roll: (parts: WorkloadParts) => Promise<MatrixResult>
  readonly last: (parts: WorkloadParts, during?: () => Promise<void>) => Promise<MatrixResult>
  /** Deletes the workload, and what it made goes some time later. */
  readonly remove: () => Promise<void>
}

/** @param recording where the last rollout is recorded; undefined when it is not */
export async function runStory({ name, run }: Story, recording?: string): Promise<MatrixResult> {
  const bed = await openTestbedCluster(name)
  const { images } = bed.testbed
  const yaml = (parts: WorkloadParts): string => toYaml(workload(name, images, parts))
  try {
    return await run({
      bed,
      images,
      roll: (parts) => rollOut(bed, yaml(parts)),
      last: (parts, during) =>
        rollOut(bed, yaml(parts), {
          ...(recording === undefined ? {} : { recording }),
          ...(during === undefined ? {} : { during }),
        }),
      remove: () =>
        bed.cluster.remove(
          { apiVersion: 'apps/v1', kind: 'Deployment', namespace: bed.namespace, name },
          new AbortController().signal,
        ),
    })
  } finally {
    await bed.close()
  }
}

const noImage: WorkloadParts = { container: { image: 'localhost:5000/base/none:1' } }
/** Ready after some seconds, longer than its Deployment's deadline. */
const slow: WorkloadParts = {
  spec: { progressDeadlineSeconds: 10 },
  container: { ...shell('sleep 13; touch /up; sleep infinity'), readinessProbe: probe('test -e /up') },
}
const soon: WorkloadParts = {
  container: { ...shell('sleep 4; touch /up; sleep infinity'), readinessProbe: probe('test -e /up') },
}
const again = { annotations: { 'example.com/deployed-by': 'another' } }

/** Ends one pod as a drain does, and fails another one as a kubelet without room does; both are made anew. */
async function evictTwo({ client, namespace }: TestbedCluster): Promise<void> {
  const { signal } = new AbortController()
  const path = `/api/v1/namespaces/${namespace}/pods`
  const { body } = await client.send({ method: 'GET', path, signal, purpose: 'list pods' })
  const [one, other] = (body as { readonly items: readonly KubernetesObject[] }).items.map(
    ({ metadata }) => metadata.name,
  )
  await client.send({
    method: 'POST',
    path: `${path}/${one}/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: one, namespace } },
    signal,
    purpose: 'evict a pod',
  })
  await client.send({
    method: 'PATCH',
    path: `${path}/${other}/status`,
    contentType: 'application/merge-patch+json',
    body: {
      status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    },
    signal,
    purpose: 'fail a pod',
  })
}

async function limitPods({ bed }: Told, pods: string): Promise<void> {
  await bed.apply(
    toYaml({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small' },
      spec: { hard: { pods } },
    }),
  )
  // The controller of quotas has to have seen it.
  await systemClock.sleep(1_000)
}

/** Its pod of before waits for a ConfigMap. */
const configured: WorkloadParts = {
  kind: 'StatefulSet',
  container: { envFrom: [{ configMapRef: { name: 'settings' } }] },
}

export const stories: readonly Story[] = [
  {
    name: 'behind-broken-pod',
    title: 'a StatefulSet whose pod of before never gets ready, and is not replaced',
    verdict: /ErrImagePull|ImagePullBackOff/,
    async run({ roll, last }) {
      await roll({ kind: 'StatefulSet', ...noImage })
      return last({ kind: 'StatefulSet' })
    },
  },
  {
    name: 'behind-crashing-pod',
    title: 'a StatefulSet whose pod of before crashes once more, and is not replaced',
    verdict: /CrashLoopBackOff/,
    async run({ roll, last }) {
      await roll({ kind: 'StatefulSet', container: shell('exit 1') })
      return last({ kind: 'StatefulSet' })
    },
  },
  {
    name: 'behind-healed-pod',
    title: 'a StatefulSet whose pod of before gets what it waited for',
    verdict: 'done',
    async run({ bed, roll, last }) {
      const { verdict } = await roll(configured)
      if (verdict !== 'CreateContainerConfigError') throw new Error(`it failed by ${verdict}`)
      await bed.apply(toYaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }))
      return last({ kind: 'StatefulSet' })
    },
  },
  {
    name: 'deadline-of-before',
    title: 'the same Deployment again, whose deadline had passed before',
    verdict: 'done',
    async run({ roll, last }) {
      const { error } = await roll(slow)
      if (!(error?.message ?? '').includes('ProgressDeadlineExceeded'))
        throw new Error('its deadline did not pass')
      return last({ ...slow, ...again })
    },
  },
  {
    name: 'refusal-of-before',
    title: 'the same Deployment again, after the quota that refused its pods was lifted',
    verdict: 'done',
    async run(told) {
      await limitPods(told, '0')
      const { error } = await told.roll({})
      if (!(error?.message ?? '').includes('FailedCreate')) throw new Error('its pods were not refused')
      await limitPods(told, '5')
      return told.last({})
    },
  },
  {
    name: 'refusal-again',
    title: 'the same Deployment again, while a quota still refuses its pods',
    verdict: /FailedCreate/,
    async run(told) {
      await limitPods(told, '0')
      await told.roll({})
      return told.last({})
    },
  },
  {
    name: 'broken-before',
    title: 'an image that exists, in place of one that did not',
    verdict: 'done',
    async run({ roll, last }) {
      await roll(noImage)
      return last({})
    },
  },
  {
    name: 'crashed-before',
    title: 'a command that works, in place of one that crashed',
    verdict: 'done',
    async run({ roll, last }) {
      await roll({ container: shell('exit 1') })
      return last({})
    },
  },
  {
    name: 'good-before',
    title: 'an image that does not exist, while the old pods are available',
    verdict: /(?:ErrImagePull|ImagePullBackOff)/,
    async run({ roll, last }) {
      await roll({ spec: { replicas: 2 } })
      return last({ spec: { replicas: 2 }, ...noImage })
    },
  },
  {
    name: 'rolling-update',
    title: 'new pods, while the old ones are still there',
    verdict: 'done',
    async run({ roll, last }) {
      const spec = { replicas: 2 }
      await roll({ spec })
      return last({
        spec,
        container: { env: [{ name: 'VERSION', value: '2' }], readinessProbe: probe('true') },
      })
    },
  },
  {
    name: 'made-again-before',
    title: 'a Deployment that was deleted and made again, while pods of its name are still there',
    verdict: 'done',
    async run({ roll, last, remove }) {
      await roll(noImage)
      await remove()
      return last({})
    },
  },
  {
    name: 'evicted-during',
    title: 'pods that are evicted in the meantime, by a drain and by their node',
    verdict: 'done',
    run: ({ bed, last }) =>
      last({ ...soon, spec: { replicas: 2 } }, async () => {
        await systemClock.sleep(2_000)
        await evictTwo(bed)
      }),
  },
  {
    name: 'made-again-during',
    title: 'a Deployment that someone else deletes and makes again in the meantime',
    verdict: /Replaced/,
    run: ({ bed, images, last, remove }) =>
      last(slow, async () => {
        await remove()
        await bed.apply(toYaml(workload('made-again-during', images)))
      }),
  },
  {
    name: 'deleted-during',
    title: 'a Deployment that someone else deletes in the meantime',
    verdict: /Deleted|Terminating/,
    run: ({ last, remove }) => last(slow, remove),
  },
]
