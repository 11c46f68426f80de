import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster
const { signal } = new AbortController()

beforeAll(async () => {
  bed = await openTestbedCluster('left-jobs')
})
afterAll(() => bed.close())

async function startJob(name: string, command: string, suspend = false): Promise<void> {
  await bed.apply(`
apiVersion: batch/v1
kind: Job
metadata: { name: ${name}, namespace: ${bed.namespace}, labels: { app.kubernetes.io/name: ${name.split('.')[0]} } }
spec:
  suspend: ${suspend}
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
        - { name: main, image: '${bed.testbed.images.debian}', command: [sh, -c, '${command}'] }
`)
}

const awaitLeft = async (label: string): Promise<{ left: unknown; waited: string[] }> => {
  const waited: string[] = []
  const left = await bed.cluster.awaitLeftJobs({
    namespace: bed.namespace,
    labelSelector: `app.kubernetes.io/name=${label}`,
    signal,
    onWaiting: (names) => waited.push(...names),
  })
  return { left, waited }
}

test.concurrent('Jobs that were left are waited for, each to its own end', async () => {
  await Promise.all([startJob('left.good', 'sleep 2'), startJob('left.bad', 'sleep 2; exit 3')])
  await startJob('other.one', 'sleep 600')
  const { left, waited } = await awaitLeft('left')
  expect(waited.toSorted()).toEqual(['left.bad', 'left.good'])
  expect(left).toHaveLength(2)
  expect(left).toEqual(
    expect.arrayContaining([
      { name: 'left.good', ended: 'complete' },
      { name: 'left.bad', ended: 'failed' },
    ]),
  )
  // The second time nothing goes on any more, and nobody waits.
  expect(await awaitLeft('left')).toEqual({ left: [], waited: [] })
})

// Of tests that run at the same time only the one that began last is known to the global `expect.poll`.
test.concurrent('a Job that never started is removed, and not waited for', async ({ expect }) => {
  await startJob('never.started', 'sleep 600', true)
  expect(await awaitLeft('never')).toEqual({ left: [], waited: [] })
  const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'never.started', namespace: bed.namespace }
  await expect.poll(() => bed.cluster.get(job, signal), { timeout: 20_000 }).toBeUndefined()
})

test.concurrent('a Job that somebody deletes while it is waited for is gone', async () => {
  await startJob('deleted.one', 'sleep 600')
  const waiting = awaitLeft('deleted')
  const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'deleted.one', namespace: bed.namespace }
  await bed.cluster.remove(job, signal)
  expect((await waiting).left).toEqual([{ name: 'deleted.one', ended: 'gone' }])
})
