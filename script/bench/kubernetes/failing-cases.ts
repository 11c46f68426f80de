import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { failingContainers } from '../../../__tests__/systems/kubernetes/matrix/failing-containers.ts'
import { failingPods } from '../../../__tests__/systems/kubernetes/matrix/failing-pods.ts'
import {
  type MatrixCase,
  probe,
  toYaml,
  workload,
} from '../../../__tests__/systems/kubernetes/matrix/case.ts'
import { type MatrixResult, runCase } from '../../../__tests__/systems/kubernetes/matrix/run-case.ts'
import { settleConcurrently } from '../../../src/systems/kubernetes/concurrency.ts'
import type { TestbedDescription } from '../../lib/testbed/description.ts'
import { chartOf } from './chart.ts'

/** Seconds after which the others are not waited for any longer. */
const OTHERS_LIMIT = 40

const run = promisify(execFile)

/** The nine of which others say nothing, as people meet them, and those of admission. */
const names = [
  'image-not-found',
  'init-image-not-found',
  'image-name-invalid',
  'config-map-missing',
  'command-missing',
  'crash-loop',
  'no-node',
  'never-ready',
  'quota-exceeded',
  'limit-exceeded',
  'pod-security-violated',
]

/** A readiness probe that never passes, by the default settings. */
const neverReady: MatrixCase = {
  name: 'never-ready',
  title: 'a readiness probe that never passes',
  verdict: /Unhealthy/,
  manifests: (images) =>
    toYaml(workload('never-ready', images, { container: { readinessProbe: probe('echo not yet; false') } })),
}

export interface CaseTimes {
  readonly title: string
  /** Seconds from the end of the apply; undefined when nothing was certain in time. */
  readonly ours: number | undefined
  /** Seconds from the moment at which the API server first told the reason. */
  readonly sinceSign: number | undefined
  /** What was said: the reason, and restarts where there were some. */
  readonly verdict: string
  readonly kubectl: string
  readonly helm: string
}

/**
 * How long it takes until a verdict is certain: ours one after the other, on a cluster that does nothing else; then
 * `kubectl rollout status` and Helm's wait on the same manifests.
 */
export async function measureCases(
  testbed: TestbedDescription,
  folder: string,
): Promise<readonly CaseTimes[]> {
  const all = [...failingContainers, ...failingPods, neverReady]
  const cases = names.flatMap((name) => all.filter((each) => each.name === name))
  const ours: MatrixResult[] = []
  for (const each of cases) {
    const sign = new RegExp(each.verdict)
    ours.push(await runCase(each, { sign, limit: OTHERS_LIMIT }))
  }
  const others = await settleConcurrently(cases, (each) => measureOthers(each, testbed, folder), cases.length)
  return cases.map(({ title }, at) => {
    const result = ours[at]
    const other = others[at]
    if (result === undefined || other?.status !== 'fulfilled') throw new Error(`${title} was not measured`)
    const isCertain = result.error?.code === 'E_ROLLOUT_FAILED'
    const restarts = /\b\d+ restarts?/.exec(result.error?.message ?? '')?.[0]
    return {
      title,
      ours: isCertain ? result.seconds : undefined,
      sinceSign: isCertain ? result.secondsSinceSign : undefined,
      verdict: [result.verdict, restarts].filter((word) => word !== undefined).join(', '),
      ...other.value,
    }
  })
}

/** Both of the others for one case. */
async function measureOthers(
  each: MatrixCase,
  testbed: TestbedDescription,
  folder: string,
): Promise<Pick<CaseTimes, 'kubectl' | 'helm'>> {
  const { before } = each
  const [kubectl, helm] = await Promise.all([other('kubectl'), other('helm')])
  return { kubectl, helm }

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
      await run(kubectlPath, ['--kubeconfig', kubeconfig, 'delete', 'namespace', namespace, '--wait=false'])
    }
  }
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
