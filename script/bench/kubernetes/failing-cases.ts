import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { failingContainers } from '../../../__tests__/systems/kubernetes/matrix/failing-containers.ts'
import { failingPods } from '../../../__tests__/systems/kubernetes/matrix/failing-pods.ts'
import { runCase } from '../../../__tests__/systems/kubernetes/matrix/run-case.ts'
import type { TestbedDescription } from '../../lib/testbed/description.ts'
import { chartOf } from './chart.ts'

/** Seconds after which the others are not waited for any longer. */
const OTHERS_LIMIT = 40

const run = promisify(execFile)

/** What people meet most. */
const names = [
  'image-not-found',
  'image-name-invalid',
  'config-map-missing',
  'command-missing',
  'crash-loop',
  'quota-exceeded',
  'limit-exceeded',
  'pod-security-violated',
]

export interface CaseTimes {
  readonly title: string
  readonly ours: string
  readonly kubectl: string
  readonly helm: string
}

/** How long it takes until a verdict is certain, beside `kubectl rollout status` and Helm's wait on the same manifest. */
export async function measureCases(
  testbed: TestbedDescription,
  folder: string,
): Promise<readonly CaseTimes[]> {
  const all = [...failingContainers, ...failingPods]
  const cases = names.flatMap((name) => all.filter((each) => each.name === name))
  return Promise.all(
    cases.map(async (each) => {
      const before = each.before
      const [ours, kubectl, helm] = await Promise.all([
        runCase(each).then(({ error, seconds }) =>
          error === undefined ? 'no failure seen' : `${seconds.toFixed(1)} s`,
        ),
        other('kubectl'),
        other('helm'),
      ])
      return { title: each.title, ours, kubectl, helm }

      async function other(tool: 'kubectl' | 'helm'): Promise<string> {
        const namespace = `bench-${tool}-${randomBytes(4).toString('hex')}`
        const { kubeconfig } = testbed.kubernetes
        const argv = ['--kubeconfig', kubeconfig, '--namespace', namespace]
        const kubectlPath = join(testbed.bin, 'kubectl')
        await run(kubectlPath, ['--kubeconfig', kubeconfig, 'create', 'namespace', namespace])
        try {
          const yaml = each.manifests(testbed.images, namespace)
          const file = join(folder, `${namespace}.yaml`)
          if (before !== undefined) {
            await writeFile(file, before(testbed.images, namespace))
            await run(kubectlPath, [...argv, 'apply', '-f', file])
          }
          await writeFile(file, yaml)
          if (tool === 'helm') {
            const chart = await chartOf(folder, namespace, yaml)
            const install = ['install', 'bench', chart, '--wait', '--timeout', `${OTHERS_LIMIT}s`]
            return await timed(join(testbed.bin, 'helm'), [...argv, ...install])
          }
          await run(kubectlPath, [...argv, 'apply', '-f', file])
          const status = ['rollout', 'status', `deployment/${each.name}`, `--timeout=${OTHERS_LIMIT}s`]
          return await timed(kubectlPath, [...argv, ...status])
        } finally {
          await run(kubectlPath, [
            '--kubeconfig',
            kubeconfig,
            'delete',
            'namespace',
            namespace,
            '--wait=false',
          ])
        }
      }
    }),
  )
}

/** The time until a program ends with a failure of its own; `nothing said` when its limit was what ended it. */
function timed(program: string, argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(program, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      const seconds = (performance.now() - started) / 1000
      if (code === 0) resolve('taken for ready')
      else if (seconds >= OTHERS_LIMIT - 1 || /timed out|deadline exceeded/.test(said))
        resolve('nothing said')
      else resolve(`${seconds.toFixed(1)} s`)
    })
  })
}
