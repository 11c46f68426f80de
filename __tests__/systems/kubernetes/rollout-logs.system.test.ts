import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import type {
  RolloutEvidence,
  RolloutLogLine,
  RolloutOptions,
} from '../../../src/systems/kubernetes/rollout-contract.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('logs')
})

afterAll(() => bed.close())

interface Seen {
  readonly lines: readonly RolloutLogLine[]
  readonly progress: readonly string[]
  readonly evidence: readonly RolloutEvidence[]
  readonly error: StagegateError | undefined
}

async function roll(yaml: string, options: Partial<RolloutOptions> = {}): Promise<Seen> {
  const applied = await bed.apply(yaml)
  const lines: RolloutLogLine[] = []
  const progress: string[] = []
  let evidence: readonly RolloutEvidence[] = []
  let error: StagegateError | undefined
  try {
    await bed.cluster.awaitRollout(applied, {
      signal: new AbortController().signal,
      onProgress: ({ text }) => progress.push(text),
      onLog: (line) => lines.push(line),
      onEvidence: (gathered) => {
        evidence = gathered
      },
      ...options,
    })
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    error = thrown
  }
  return { lines, progress, evidence, error }
}

/** A Deployment with an init container; both say things. */
function talking(name: string, script: string, more = ''): string {
  const image = bed.testbed.images.debian
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      initContainers: [{ name: prepare, image: "${image}", command: [echo, prepared] }]
      containers:
        - name: main
          image: "${image}"
          command: ${JSON.stringify(['sh', '-c', script])}
${more}
`
}

const textsOf = ({ lines }: Seen, container: string) =>
  lines.filter((line) => line.container === container).map(({ text }) => text)

describe.concurrent('the log of new pods', () => {
  test('is shown as it is written, of one pod, with its init containers', async () => {
    const seen = await roll(
      talking(
        'talks',
        'echo one; echo "::error::two"; sleep 1; touch /tmp/up; echo three; sleep infinity',
        '          readinessProbe: { exec: { command: [test, -e, /tmp/up] }, periodSeconds: 1 }',
      ),
    )
    expect(seen.error).toBeUndefined()
    expect(new Set(seen.lines.map(({ pod }) => pod)).size).toBe(1)
    expect(textsOf(seen, 'prepare')).toEqual(['prepared'])
    expect(textsOf(seen, 'main')).toEqual(['one', '::error::two', 'three'])
  })

  test('is shown of as many pods as are asked for', async () => {
    const script = 'echo here; sleep 2; touch /tmp/up; sleep infinity'
    const probe = '          readinessProbe: { exec: { command: [test, -e, /tmp/up] }, periodSeconds: 1 }'
    const [both, none] = await Promise.all([
      roll(talking('both', script, probe), { logReplicas: 2 }),
      roll(talking('none', script, probe), { logReplicas: 0 }),
    ])
    expect(textsOf(both, 'main')).toEqual(['here', 'here'])
    expect(none.lines).toEqual([])
  })

  test('ends where it would be a flood', async () => {
    const seen = await roll(
      talking(
        'floods',
        'yes "a line of a flood" | head -n 100000; touch /tmp/up; sleep infinity',
        '          readinessProbe: { exec: { command: [test, -e, /tmp/up] }, periodSeconds: 1 }',
      ),
    )
    expect(seen.error).toBeUndefined()
    expect(textsOf(seen, 'main')).toHaveLength(201)
    expect(textsOf(seen, 'main').at(-1)).toMatch(/not shown/)
  })

  test('is not shown of pods that ran before', async () => {
    const yaml = talking('old', 'echo begun; sleep infinity')
    await roll(yaml)
    expect((await roll(yaml)).lines).toEqual([])
  })
})

describe.concurrent('the evidence of a failure', () => {
  test('is the cause, what to do, and the log of a container that crashes again and again', async () => {
    const seen = await roll(
      talking(
        'crashes',
        'echo begun at $(date +%s%N); echo "Error: connect ECONNREFUSED 10.0.0.7:5432"; echo "    at connect (net.js:1:1)"; exit 3',
        '          readinessProbe: { httpGet: { path: /health, port: 8080 }, periodSeconds: 2, failureThreshold: 7 }',
      ),
    )
    const [found] = seen.evidence
    expect(seen.error?.message).toMatch(
      /^Deployment \S+\/crashes cannot become available: pod crashes-\S+, container main: .*exit 3, 2 restarts/,
    )
    expect(seen.error?.next).toMatch(/last words/)
    expect(found).toMatchObject({ object: `Deployment ${bed.namespace}/crashes`, next: seen.error?.next })
    expect(found?.cause).toMatch(
      /^pod crashes-\S+, container main: .*exit 3, 2 restarts; its log says: Error: connect ECONNREFUSED 10\.0\.0\.7:5432$/,
    )
    expect(found?.conditions.join('\n')).toMatch(/Available False \(MinimumReplicasUnavailable\)/)
    const main = found?.pods[0]?.containers.find(({ name }) => name === 'main')
    expect(main?.probes).toEqual([
      'readiness probe HTTP GET /health on port 8080: every 2 s, 1 s for the answer, failed after 7 in a row',
    ])
    expect(main?.log[0]).toMatch(/^begun at/)
    const init = found?.pods[0]?.containers.find(({ name }) => name === 'prepare')
    expect(init).toMatchObject({ init: true, log: ['prepared'] })
    // No run was shown twice; how many there were of the pod that is shown depends on when the other one failed.
    const begun = textsOf(seen, 'main').filter((text) => text.startsWith('begun'))
    expect(new Set(begun).size).toBe(begun.length)
    expect(begun.length).toBeGreaterThanOrEqual(1)
  })

  test('is the end of a log, however long its lines are', async () => {
    const flood = 'yes "long $(head -c 1500 /dev/zero | tr "\\0" x)" | head -n 300'
    const seen = await roll(talking('long', `${flood}; echo "FATAL: cannot reach db:5432"; exit 3`))
    const main = seen.evidence[0]?.pods[0]?.containers.find(({ name }) => name === 'main')
    expect(main?.log.at(-1)).toBe('FATAL: cannot reach db:5432')
    expect(main?.log.at(-2)).toMatch(/^long/)
    expect(seen.evidence[0]?.cause).toMatch(/its log says: FATAL: cannot reach db:5432$/)
  })

  test('is the log of the run that ended too, of a container that was started anew', async () => {
    const script =
      'if [ -e /v/begun ]; then echo second; sleep infinity; fi; touch /v/begun; echo first; exit 1'
    const more = `          volumeMounts: [{ name: v, mountPath: /v }]
          readinessProbe: { exec: { command: ["false"] }, periodSeconds: 1 }`
    const yaml = talking('anew', script, more)
      .replace('      initContainers:', '      volumes: [{ name: v, emptyDir: {} }]\n      initContainers:')
      .replace('  replicas: 2', '  replicas: 1\n  progressDeadlineSeconds: 6')
    const seen = await roll(yaml)
    const main = seen.evidence[0]?.pods[0]?.containers.find(({ name }) => name === 'main')
    expect(seen.error?.message).toMatch(/ProgressDeadlineExceeded/)
    expect(main).toMatchObject({ log: ['second'], previousLog: ['first'] })
    expect(main?.state).toMatch(/^running again, exit 1, 1 restart$/)
    expect(textsOf(seen, 'main')).toEqual(['first', 'second'])
  })

  test('names what a mount misses, and the warning was shown once for all pods', async () => {
    const yaml = talking(
      'mounts',
      'sleep infinity',
      '          volumeMounts: [{ name: v, mountPath: /v }]',
    ).replace(
      '      initContainers:',
      '      volumes: [{ name: v, configMap: { name: nowhere } }]\n      initContainers:',
    )
    const seen = await roll(yaml)
    expect(seen.evidence[0]?.cause).toMatch(/^pod mounts-\S+: FailedMount: .*configmap "nowhere" not found/)
    expect(seen.error?.next).toMatch(/Add the ConfigMap or Secret of the volume/)
    expect(seen.progress.filter((text) => /^warning: .*not found/.test(text))).toEqual([
      expect.stringMatching(/^warning: pod mounts-\S+: FailedMount: .*configmap "nowhere" not found/),
    ])
  })
})
