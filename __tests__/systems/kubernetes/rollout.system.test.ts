import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { startTcpProxy } from './tcp-proxy.ts'
import { lastState } from './last-state.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('rollout')
  await bed.apply(`
apiVersion: v1
kind: Service
metadata: { name: ordered }
spec: { clusterIP: None, selector: { app: ordered }, ports: [{ port: 80 }] }
`)
})

afterAll(() => bed.close())

interface Template {
  readonly name: string
  readonly container?: string
  readonly pod?: string
  readonly replicas?: number
  readonly deployment?: string
}

/** A Deployment whose container sleeps, but for what a test changes. */
function deployment({
  name,
  container = '',
  pod = '',
  replicas = 1,
  deployment: spec = '',
}: Template): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
${spec}
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
${pod}
      containers:
        - name: main
          image: ${bed.testbed.images.debian}
          command: [sleep, infinity]
${container}
`
}

interface Watched {
  readonly error: StagegateError | undefined
  readonly progress: readonly string[]
  readonly seconds: number
}

async function roll(yaml: string, signal = new AbortController().signal): Promise<Watched> {
  const applied = await bed.apply(yaml)
  const progress: string[] = []
  const started = performance.now()
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10
  try {
    await bed.cluster.awaitRollout(
      applied.filter((each) => /^(?:Deployment|StatefulSet|DaemonSet|Job)$/.test(each.kind)),
      { signal, onProgress: ({ object, text }) => progress.push(`${object}: ${text}`) },
    )
    return { error: undefined, progress, seconds: seconds() }
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    if (process.env.SHOW !== undefined) console.log(seconds(), thrown.code, thrown.message, thrown.evidence)
    return { error: thrown, progress, seconds: seconds() }
  }
}

describe.concurrent('a rollout that succeeds', () => {
  test('ends when every kind of workload is available', async () => {
    const image = bed.testbed.images.debian
    const pod = (name: string) => `
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: main, image: "${image}", command: [sleep, infinity] }]`
    const { error, progress } = await roll(`
${deployment({ name: 'plain', replicas: 2 })}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: ordered }
spec:
  serviceName: ordered
  replicas: 2
  selector: { matchLabels: { app: ordered } }
  template:${pod('ordered')}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: everywhere }
spec:
  selector: { matchLabels: { app: everywhere } }
  template:${pod('everywhere')}
---
apiVersion: batch/v1
kind: Job
metadata: { name: once }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: "${image}", command: [echo, done] }]
`)
    expect(error).toBeUndefined()
    expect(progress).toContain(`Job ${bed.namespace}/once: completed`)
    expect(lastState(progress)).toMatch(/available|completed/)
  })

  test('is not taken for done while an old revision still runs', async () => {
    await roll(deployment({ name: 'second', replicas: 2 }))
    const changed = deployment({
      name: 'second',
      replicas: 2,
      container: '          env: [{ name: A, value: b }]',
    })
    const { error, progress } = await roll(changed)
    expect(error).toBeUndefined()
    expect(progress.length).toBeGreaterThan(1)
    const [applied] = await bed.apply(changed)
    const [running] = await bed.cluster.runningImages([applied!], new AbortController().signal)
    expect(running?.containers).toHaveLength(2)
    expect(running?.containers[0]?.imageId).toMatch(/^localhost:5000\/base\/debian@sha256:[0-9a-f]{64}$/)
  })

  test('ends at once when nothing was to be done', async () => {
    const yaml = deployment({ name: 'again' })
    await roll(yaml)
    const { error, progress } = await roll(yaml)
    expect(error).toBeUndefined()
    expect(progress).toEqual([`Deployment ${bed.namespace}/again: 1 of 1 replicas available`])
  })

  test('is seen to succeed though the API server was away in the middle of it', async () => {
    const proxy = await startTcpProxy(new URL(bed.testbed.kubernetes.server))
    const other = await openTestbedCluster('outage', { way: `127.0.0.1:${proxy.port}` })
    try {
      const [object] = await other.apply(
        deployment({
          name: 'outage',
          container: '          readinessProbe: { exec: { command: [sh, -c, sleep 3] }, timeoutSeconds: 5 }',
        }),
      )
      const said: string[] = []
      const rollout = other.cluster.awaitRollout([object!], {
        signal: new AbortController().signal,
        onProgress: ({ text }) => said.push(text),
      })
      await systemClock.sleep(1_000)
      await proxy.cut()
      await systemClock.sleep(4_000)
      await proxy.open()
      await rollout
      expect(said).toContainEqual(expect.stringMatching(/^the API does not answer.*connection refused/))
      expect(lastState(said)).toBe('1 of 1 replicas available')
    } finally {
      await other.close()
      await proxy.close()
    }
  })
})

describe.concurrent('a rollout that does not succeed', () => {
  test('because it never gets ready says what it waited for when its time is up', async () => {
    const ended = new AbortController()
    const timer = setTimeout(() => {
      ended.abort(new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }))
    }, 6_000)
    const { error } = await roll(
      deployment({
        name: 'never',
        container: '          readinessProbe: { exec: { command: ["false"] }, periodSeconds: 1 }',
      }),
      ended.signal,
    )
    clearTimeout(timer)
    expect(error?.code).toBe('E_ROLLOUT_TIMEOUT')
    expect(error?.message).toMatch(
      /Deployment .*\/never is not available after \d+ s: 1 of 1 replicas updated, 0 available/,
    )
    expect(error?.evidence.join('\n')).toMatch(/pod never-\S+, container main: running, not ready/)
    expect(error?.evidence.join('\n')).toMatch(
      /Readiness probe failed[^]*readiness probe command false: every 1 s/,
    )
  })

  test('ends with the reason of a cancel', async () => {
    const reason = new StagegateError('E_CANCELLED', { message: 'cancelled' })
    const { error } = await roll(deployment({ name: 'cancelled' }), AbortSignal.abort(reason))
    expect(error).toBe(reason)
  })
})
