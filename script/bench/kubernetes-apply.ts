/**
 * How fast 300 objects are applied, reading their files, the dry run and the diff of all of them included, beside the floor
 * (the same objects sent raw from memory, 16 in flight) and beside kubectl, each in a process and a namespace of its own:
 * `near`, on loopback, and `far`, with a round trip of 20 ms to the API server, as from a hosted runner to a cluster nearby;
 * and how much `memory` 2,000 take, new and again. Needs the testbed.
 *
 *     node script/bench/kubernetes-apply.ts [rounds] [near] [far] [memory]
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { stringify } from 'yaml'
import { readTestbed } from '../lib/testbed/description.ts'
import { bundleLikeAction } from './bundle-like-action.ts'
import type { Access, Measured } from './kubernetes/apply-set.ts'
import { startDelayingProxy } from './kubernetes/delaying-proxy.ts'
import { makeObjects } from './kubernetes/objects.ts'

const COUNT = 300
const LARGE = 2000
/** Milliseconds in each direction. */
const FAR = 10
const rounds = Number(process.argv[2] ?? 3)
const parts = process.argv.length > 3 ? process.argv.slice(3) : ['near', 'far', 'memory']
const testbed = readTestbed()
const { kubeconfig } = testbed.kubernetes
const folder = await mkdtemp(join(tmpdir(), 'stagegate-bench-'))
const run = promisify(execFile)
const administrator = `bench-${randomBytes(4).toString('hex')}`

/** A way to the API server. */
interface Way {
  readonly title: string
  readonly server: string
  readonly accessFile: string
}

try {
  await bundleLikeAction(join(import.meta.dirname, 'kubernetes', 'apply-set.ts'), folder)
  const token = await createAdministrator()
  const { server } = testbed.kubernetes
  const near = await openWay('on loopback', server, token)
  if (parts.includes('near')) await compare(near)
  if (parts.includes('far')) {
    const proxy = await startDelayingProxy(new URL(server), FAR)
    await compare(await openWay(`round trip ${2 * FAR} ms`, `https://127.0.0.1:${proxy.port}`, token))
    proxy.close()
  }
  if (parts.includes('memory')) {
    await inNamespace(async (namespace) => {
      reportRun(`${LARGE}, fresh`, await measure('ours', LARGE, namespace, near))
      reportRun(`${LARGE}, again`, await measure('ours', LARGE, namespace, near))
    })
  }
} finally {
  await kubectl('delete', `namespace/${administrator}`, `clusterrolebinding/${administrator}`, '--wait=false')
  await rm(folder, { recursive: true, force: true })
}

async function compare(way: Way): Promise<void> {
  const times = new Map<string, number[]>()
  const note = (what: string, milliseconds: number): void => {
    times.set(what, [...(times.get(what) ?? []), milliseconds])
  }
  const runs: Record<string, Measured> = {}
  for (let round = 1; round <= rounds; round += 1) {
    for (const mode of ['floor', 'ours'] as const) {
      await inNamespace(async (namespace) => {
        for (const when of ['fresh', 'again']) {
          const measured = await measure(mode, COUNT, namespace, way)
          runs[`${mode}, ${when}`] = measured
          note(`${mode}, ${when}`, measured.milliseconds)
          await settle()
        }
      })
    }
    for (const command of ['kubectl apply', 'kubectl apply --server-side']) {
      await inNamespace(async (namespace) => {
        note(`${command}, fresh`, await kubectlApply(command, namespace, way))
        await settle()
        note(`${command}, again`, await kubectlApply(command, namespace, way))
      })
    }
    const last = [...times].map(([what, all]) => `${what} ${all.at(-1) ?? 0} ms`)
    console.log(`${way.title}, round ${round} of ${rounds}: ${last.join('; ')}`)
  }
  reportTimes(way, times)
  for (const [title, measured] of Object.entries(runs)) reportRun(title, measured)
}

/** An administrator with a token, as the action has one for its job. */
async function createAdministrator(): Promise<string> {
  const account = `${administrator}:bench`
  await kubectl('create', 'namespace', administrator)
  await kubectl('--namespace', administrator, 'create', 'serviceaccount', 'bench')
  await kubectl(
    'create',
    'clusterrolebinding',
    administrator,
    '--clusterrole=cluster-admin',
    `--serviceaccount=${account}`,
  )
  return (await kubectl('--namespace', administrator, 'create', 'token', 'bench')).trim()
}

async function openWay(title: string, server: string, token: string): Promise<Way> {
  const caCertificate = await readFile(testbed.kubernetes.authority, 'utf8')
  const accessFile = join(folder, `access-${new URL(server).port}.json`)
  await writeFile(accessFile, JSON.stringify({ server, caCertificate, token } satisfies Access), {
    mode: 0o600,
  })
  return { title, server, accessFile }
}

async function measure(
  mode: 'floor' | 'ours',
  count: number,
  namespace: string,
  { accessFile }: Way,
): Promise<Measured> {
  const program = join(folder, 'apply-set.mjs')
  const from = mode === 'floor' ? String(count) : await writeManifests(count, namespace)
  const { stdout } = await run(process.execPath, [program, mode, accessFile, namespace, from])
  return JSON.parse(stdout) as Measured
}

/** A folder with the objects as people keep them: YAML, the three objects of one service in one file. */
async function writeManifests(count: number, namespace: string): Promise<string> {
  const path = join(folder, `${namespace}-${count}`)
  await mkdir(path, { recursive: true })
  const objects = makeObjects(count, namespace)
  for (let at = 0; at < count; at += 3) {
    const documents = objects.slice(at, at + 3).map((each) => stringify(each))
    await writeFile(join(path, `service-${String(at).padStart(5, '0')}.yaml`), documents.join('---\n'))
  }
  return path
}

async function kubectlApply(command: string, namespace: string, { server }: Way): Promise<number> {
  const file = join(folder, 'set.json')
  await writeFile(
    file,
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: makeObjects(COUNT, namespace) }),
  )
  const started = performance.now()
  await kubectl('--server', server, ...command.split(' ').slice(1), '-f', file)
  return Math.round(performance.now() - started)
}

/** For the controllers, which go on with what was made or deleted just now, on the same cores as what is measured. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 4_000))
}

async function inNamespace<T>(use: (namespace: string) => Promise<T>): Promise<T> {
  const namespace = `bench-${randomBytes(4).toString('hex')}`
  await kubectl('create', 'namespace', namespace)
  await settle()
  try {
    return await use(namespace)
  } finally {
    // Waited for: what is being deleted would slow down what is measured next.
    await kubectl('delete', 'namespace', namespace, '--wait=true')
  }
}

async function kubectl(...argv: readonly string[]): Promise<string> {
  const { stdout } = await run(join(testbed.bin, 'kubectl'), ['--kubeconfig', kubeconfig, ...argv], {
    maxBuffer: 16_000_000,
  })
  return stdout
}

function median(of: readonly number[]): number {
  return of.toSorted((one, other) => one - other)[Math.floor(of.length / 2)] ?? Number.NaN
}

function reportTimes({ title }: Way, times: ReadonlyMap<string, readonly number[]>): void {
  const of = (what: string): number => median(times.get(what) ?? [])
  console.log(`\n${title}, median of ${rounds}, ${COUNT} objects`)
  for (const [what] of times) console.log(`  ${what.padEnd(36)} ${String(of(what)).padStart(6)} ms`)
  const ratio = (what: string, value: number, target: string): void => {
    console.log(`  ${what.padEnd(52)} ${value.toFixed(2).padStart(6)}   ${target}`)
  }
  console.log('ratios')
  ratio('ours / floor, fresh', of('ours, fresh') / of('floor, fresh'), 'at most 2.5')
  ratio('ours / floor, again', of('ours, again') / of('floor, again'), 'at most 2')
  for (const when of ['fresh', 'again']) {
    const [server, client] = when === 'fresh' ? [4, 4] : [8, 20]
    for (const [command, target] of [
      ['kubectl apply --server-side', server],
      ['kubectl apply', client],
    ] as const) {
      const value = of(`${command}, ${when}`) / of(`ours, ${when}`)
      ratio(`${command} / ours, ${when}`, value, `at least ${target}`)
    }
  }
}

function reportRun(title: string, measured: Measured): void {
  const { requests, changes, megabytes, milliseconds, readMilliseconds } = measured
  const objects = title.startsWith('floor')
    ? COUNT
    : Object.values(changes).reduce((sum, each) => sum + each, 0)
  const { discovery = 0, ...others } = requests
  const each = Object.entries(others).map(([what, count]) => `${what} ${(count / objects).toFixed(2)}`)
  console.log(
    `${title}: ${objects} objects in ${milliseconds} ms (reading ${readMilliseconds} ms), ${megabytes} MB resident at most`,
  )
  console.log(`  requests for each object: ${each.join(', ')}; discovery of all kinds: ${discovery}`)
}
