import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

const signal = new AbortController().signal
const label = { 'app.kubernetes.io/name': 'api-migration' }
let bed: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('ended-jobs')
})
afterAll(() => bed.close())

/** As a migration is run: a Job with a Secret and a ConfigMap that it owns. */
async function migrate(commit: number, command: string): Promise<void> {
  const name = `api-migration-${commit}`
  const object: KubernetesObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: bed.namespace, labels: label },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: bed.testbed.images.debian, command: ['sh', '-c', command] }],
        },
      },
    },
  }
  const owned = (kind: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, labels: label },
    ...(kind === 'Secret' ? { stringData: { a: 'b' } } : { data: { a: 'b' } }),
  })
  await bed.cluster.runJob(
    { object, source: 'test' },
    { owned: [owned('Secret'), owned('ConfigMap')], signal, onLog: () => undefined },
  )
}

async function namesOf(
  apiVersion: string,
  kind: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map(async (name) =>
      (await bed.cluster.get({ apiVersion, kind, name, namespace: bed.namespace }, signal)) === undefined
        ? []
        : [name],
    ),
  )
  return found.flat()
}

test('Jobs of earlier commits go with what they own, and as many runs leave as much as one', async () => {
  const names: string[] = []
  for (const commit of [1, 2, 3, 4]) {
    names.push(`api-migration-${commit}`)
    await migrate(commit, commit === 2 ? 'exit 3' : 'true')
    await bed.cluster.removeEndedJobs({
      namespace: bed.namespace,
      labelSelector: 'app.kubernetes.io/name=api-migration',
      keep: 1,
      signal,
    })
    const last = [`api-migration-${commit}`]
    await expect.poll(() => namesOf('batch/v1', 'Job', names), { timeout: 30_000 }).toEqual(last)
    await expect.poll(() => namesOf('v1', 'Secret', names), { timeout: 30_000 }).toEqual(last)
    await expect.poll(() => namesOf('v1', 'ConfigMap', names), { timeout: 30_000 }).toEqual(last)
  }
})

test('one that still runs stays, and so do as many as asked for', async () => {
  await migrate(5, 'true')
  const removed = await bed.cluster.removeEndedJobs({
    namespace: bed.namespace,
    labelSelector: 'app.kubernetes.io/name=api-migration',
    keep: 2,
    signal,
  })
  expect(removed).toEqual([])
})
