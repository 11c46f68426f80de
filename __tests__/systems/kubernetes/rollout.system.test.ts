import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { startTcpProxy } from './tcp-proxy.ts'
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
    expect(progress.at(-1)).toMatch(/available|completed/)
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
      expect(said.at(-1)).toBe('1 of 1 replicas available')
    } finally {
      await other.close()
      await proxy.close()
    }
  })

  test('is not failed by one restart that heals', async () => {
    const container = `          command: [sh, -c, "if [ -e /state/crashed ]; then exec sleep infinity; fi; touch /state/crashed; exit 1"]
          volumeMounts: [{ name: state, mountPath: /state }]`
    const { error } = await roll(
      deployment({ name: 'heals', container, pod: '      volumes: [{ name: state, emptyDir: {} }]' }).replace(
        '          command: [sleep, infinity]\n',
        '',
      ),
    )
    expect(error).toBeUndefined()
  })
})

describe.concurrent('a rollout that cannot succeed', () => {
  const image = (reference: string) => (yaml: string) => yaml.replace(/image: .*/, `image: ${reference}`)
  const command = (text: string) => (yaml: string) =>
    yaml.replace('command: [sleep, infinity]', `command: ${text}`)

  test.for<[string, string, RegExp, (yaml: string) => string]>([
    [
      'an image that does not exist',
      'ErrImagePull|ImagePullBackOff',
      /not found/,
      image('localhost:5000/base/none:1'),
    ],
    [
      'an invalid image name',
      'InvalidImageName',
      /couldn't parse image|invalid reference/i,
      image('UPPER/Case:1'),
    ],
    [
      'a command that does not exist',
      'RunContainerError|StartError',
      /executable file not found/,
      command('[nope]'),
    ],
    [
      'a crash loop',
      'CrashLoopBackOff|Error',
      /log: cannot reach db:5432/,
      command('[sh, -c, "echo cannot reach db:5432; exit 3"]'),
    ],
    [
      'a missing ConfigMap in the environment',
      'CreateContainerConfigError',
      /configmap "none" not found/,
      (yaml) => `${yaml}          envFrom: [{ configMapRef: { name: none } }]\n`,
    ],
    [
      'a missing Secret as a volume',
      'FailedMount',
      /secret "none" not found/,
      (yaml) =>
        yaml.replace(
          '      containers:',
          '      volumes: [{ name: v, secret: { secretName: none } }]\n      containers:',
        ) + '          volumeMounts: [{ name: v, mountPath: /v }]\n',
    ],
    [
      'a folder of the node that is missing',
      'FailedMount',
      /hostPath type check failed/,
      (yaml) =>
        yaml.replace(
          '      containers:',
          '      volumes: [{ name: v, hostPath: { path: /nowhere/at/all, type: Directory } }]\n      containers:',
        ) + '          volumeMounts: [{ name: v, mountPath: /v }]\n',
    ],
    [
      'a broken init container',
      'CrashLoopBackOff|Error',
      /container prepare.*exit 4/,
      (yaml) =>
        yaml.replace(
          '      containers:',
          `      initContainers: [{ name: prepare, image: "${bed.testbed.images.debian}", command: [sh, -c, exit 4] }]\n      containers:`,
        ),
    ],
    [
      'too much memory used',
      'CrashLoopBackOff|OOMKilled',
      /OOMKilled/,
      (yaml) =>
        `${command('[sh, -c, "tail /dev/zero"]')(yaml)}          resources: { limits: { memory: 16Mi } }\n`,
    ],
    [
      'a service account that is missing',
      'FailedCreate',
      /serviceaccount "none" not found/,
      (yaml) => yaml.replace('      containers:', '      serviceAccountName: none\n      containers:'),
    ],
    [
      'no node for it',
      'Unschedulable',
      /node\(s\) didn't match/,
      (yaml) => yaml.replace('      containers:', '      nodeSelector: { zone: nowhere }\n      containers:'),
    ],
  ])('because of %s ends with the cause', async ([title, reason, evidence, change]) => {
    const name = title.replaceAll(/\W+/g, '-').toLowerCase().slice(0, 50)
    const { error } = await roll(change(deployment({ name })))
    expect(error?.code).toBe('E_ROLLOUT_FAILED')
    expect(error?.message).toMatch(new RegExp(`Deployment ${bed.namespace}/${name} .*(?:${reason})`))
    expect(error?.evidence.join('\n')).toMatch(evidence)
    expect(error?.evidence[0]).toMatch(reason === 'FailedCreate' ? /forbidden/ : /^pod /)
  })

  test('because of a quota ends with the numbers', async () => {
    const other = await openTestbedCluster('quota')
    try {
      const [object] = await other
        .apply(
          `
apiVersion: v1
kind: ResourceQuota
metadata: { name: small }
spec: { hard: { pods: "0" } }
---
${deployment({ name: 'over' })}
`,
        )
        .then((all) => all.filter((each) => each.kind === 'Deployment'))
      const rollout = other.cluster.awaitRollout([object!], {
        signal: new AbortController().signal,
        onProgress: () => undefined,
      })
      await expect(rollout).rejects.toMatchObject({
        code: 'E_ROLLOUT_FAILED',
        evidence: [
          expect.stringMatching(/exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0/),
        ],
      })
    } finally {
      await other.close()
    }
  })

  test('because of its progress deadline ends when the controller says so', async () => {
    const { error } = await roll(
      deployment({
        name: 'slow',
        deployment: '  progressDeadlineSeconds: 4',
        container: '          readinessProbe: { exec: { command: ["false"] }, periodSeconds: 1 }',
      }),
    )
    expect(error?.message).toMatch(/ProgressDeadlineExceeded/)
  })

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
