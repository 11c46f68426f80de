import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import type { JobResult } from '../../../src/systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { openTestbedCluster, parseYaml, type TestbedCluster } from './testbed-cluster.ts'

let bed: TestbedCluster

beforeAll(async () => {
  bed = await openTestbedCluster('job')
})

afterAll(() => bed.close())

interface Ran {
  readonly result: JobResult
  readonly live: string
}

function jobYaml(name: string, command: string, extra = ''): string {
  return `
apiVersion: batch/v1
kind: Job
metadata: { name: ${name}, namespace: ${bed.namespace} }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: ${bed.testbed.images.debian}
          command: [sh, -c, ${JSON.stringify(command)}]
${extra}
`
}

async function run(yaml: string, owned: readonly KubernetesObject[] = []): Promise<Ran> {
  const [job] = parseYaml(yaml)
  const chunks: Uint8Array[] = []
  const result = await bed.cluster.runJob(job!, {
    owned,
    signal: new AbortController().signal,
    onLog: (chunk) => chunks.push(chunk),
  })
  return { result, live: Buffer.concat(chunks).toString('utf8') }
}

function find(kind: string, name: string, apiVersion = 'v1'): Promise<KubernetesObject | undefined> {
  const { namespace } = bed
  return bed.cluster.get({ apiVersion, kind, name, namespace }, new AbortController().signal)
}

describe.concurrent('a Job', () => {
  test('runs with what it owns, its log live and whole', async () => {
    const secret: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'owned', namespace: bed.namespace },
      data: { WORD: Buffer.from('open sesame').toString('base64') },
    }
    const { result, live } = await run(
      jobYaml(
        'runs',
        'for i in 1 2 3; do echo "$i $WORD"; sleep 0.4; done; printf "no line break"',
        '          envFrom: [{ secretRef: { name: owned } }]',
      ),
      [secret],
    )
    expect(result).toMatchObject({ succeeded: true, already: false, evidence: [] })
    expect(result.log).toBe('1 open sesame\n2 open sesame\n3 open sesame\nno line break\n')
    expect(live).toBe(result.log)
    const stored = await find('Secret', 'owned')
    const job = await find('Job', 'runs', 'batch/v1')
    expect(stored?.metadata.ownerReferences).toMatchObject([
      { kind: 'Job', name: 'runs', uid: job?.metadata.uid },
    ])
  })

  test('that is done already is found, with its log, and not run again', async () => {
    const yaml = jobYaml('once', 'date +%s%N')
    const first = await run(yaml)
    const second = await run(yaml)
    expect(second.result).toEqual({ ...first.result, already: true })
    expect(second.live).toBe('')
  })

  test('of the same name with other content is run in its place once it has ended', async () => {
    await run(jobYaml('changed', 'echo one'))
    const { result } = await run(jobYaml('changed', 'echo two'))
    expect(result).toMatchObject({ already: false, log: 'two\n' })
  })

  test('that fails tells how, and is run again by the next run', async () => {
    const yaml = jobYaml('fails', 'echo ERROR: relation does not exist; exit 7')
    const { result } = await run(yaml)
    expect(result).toMatchObject({ succeeded: false, log: 'ERROR: relation does not exist\n' })
    expect(result.evidence.join('\n')).toMatch(/Job fails: BackoffLimitExceeded/)
    expect(result.evidence.join('\n')).toMatch(/container main: exit 7/)
    const again = await run(yaml)
    expect(again.result).toMatchObject({ succeeded: false, already: false })
  })

  test('that still goes on is waited for', async () => {
    const yaml = jobYaml('shared', 'sleep 2; date +%s%N')
    const [one, other] = await Promise.all([run(yaml), run(yaml)])
    expect(one.result.log).toBe(other.result.log)
  })

  test('whose pod cannot start is ended, removed and explained', async ({ expect }) => {
    const yaml = jobYaml('imageless', 'true').replace(/image: .*/, 'image: localhost:5000/base/none:1')
    await expect(run(yaml)).rejects.toMatchObject({
      code: 'E_MIGRATION_POD',
      message: expect.stringMatching(
        /Job .*\/imageless cannot start: (?:ErrImagePull|ImagePullBackOff)/,
      ) as string,
      evidence: expect.arrayContaining([expect.stringMatching(/pod imageless-.* not found/)]) as string[],
    })
    await expect.poll(() => find('Job', 'imageless', 'batch/v1'), { timeout: 10_000 }).toBeUndefined()
  })

  test('that takes too long says what it was doing', async () => {
    const ended = new AbortController()
    const [job] = parseYaml(jobYaml('long', 'echo begun; sleep 600'))
    const chunks: Uint8Array[] = []
    const running = bed.cluster.runJob(job!, {
      owned: [],
      signal: ended.signal,
      onLog(chunk) {
        chunks.push(chunk)
        ended.abort(new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }))
      },
    })
    await expect(running).rejects.toMatchObject({
      code: 'E_MIGRATION_TIMEOUT',
      message: expect.stringMatching(/Job .*\/long did not end in time: 1 active/) as string,
    })
    expect(await find('Job', 'long', 'batch/v1')).toBeDefined()
  })
})
