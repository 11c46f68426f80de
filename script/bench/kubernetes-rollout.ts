/**
 * How soon and how cheaply a rollout is judged: the time to a certain verdict beside `kubectl rollout status` and Helm, 30
 * manifests net of their rollouts, 100 Deployments together, and 1,000 pods in memory. The failing cases run on the
 * testbed; the rest on a control plane of its own, whose pods are ready when this program says so.
 *
 *     node script/bench/kubernetes-rollout.ts [rounds] [net together memory cases]
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import {
  openOwnCluster,
  type OwnCluster,
  renderDeployments,
} from '../../__tests__/systems/kubernetes/own-cluster.ts'
import { parseYaml } from '../../__tests__/systems/kubernetes/testbed-cluster.ts'
import { settleConcurrently } from '../../src/systems/kubernetes/concurrency.ts'
import { type ControlPlane, startControlPlane } from '../lib/control-plane.ts'
import { readTestbed } from '../lib/testbed/description.ts'
import { readPaths } from '../lib/testbed/paths.ts'
import { bundleLikeAction } from './bundle-like-action.ts'
import { measureCases } from './kubernetes/failing-cases.ts'
import { measureNet } from './kubernetes/net-of-rollouts.ts'
import type { Watched } from './kubernetes/watch-many.ts'

const [rounds = 5, ...parts] = process.argv.slice(2).map((each, at) => (at === 0 ? Number(each) : each)) as [
  number?,
  ...string[],
]
const isWanted = (part: string): boolean => parts.length === 0 || parts.includes(part)
const { bin } = readPaths()
const folder = await mkdtemp(join(tmpdir(), 'stagegate-bench-'))
const run = promisify(execFile)
const { signal } = new AbortController()

try {
  await bundleLikeAction(join(import.meta.dirname, 'kubernetes', 'watch-many.ts'), folder)
  const plane = await startControlPlane()
  const own = openOwnCluster(plane)
  try {
    if (isWanted('net')) await reportNet(plane)
    if (isWanted('together')) await reportTogether(plane, own)
    if (isWanted('memory')) await reportMemory(plane, own)
  } finally {
    own.close()
    await plane.close()
  }
  if (isWanted('cases')) await reportCases()
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function reportNet(plane: ControlPlane): Promise<void> {
  for (const roundTripMs of [0, 20]) {
    const measured = []
    for (let round = 0; round < rounds; round += 1) measured.push(await measureNet(plane, roundTripMs))
    const net = median(measured.map(({ netMs }) => netMs))
    const notice = median(measured.map(({ noticeMs }) => noticeMs))
    const where = roundTripMs === 0 ? 'loopback' : `${roundTripMs} ms round trip`
    line(
      `30 manifests with 10 rollouts of 1.0 s and what runs, net, ${where}`,
      `${net.toFixed(0)} ms`,
      'under 400 ms',
    )
    line(`success noticed after the API says so, ${where}`, `${notice.toFixed(0)} ms`, 'under 300 ms')
  }
}

/** 100 Deployments that are all ready: what is compared is how long it takes to say so. */
async function reportTogether(plane: ControlPlane, own: OwnCluster): Promise<void> {
  const names = Array.from({ length: 100 }, (_, at) => `app-${at}`)
  await rollOut(own, 'together', names, 1)
  const ours: number[] = []
  for (let round = 0; round < rounds; round += 1)
    ours.push((await watchMany(plane, 'together', names)).milliseconds)
  const started = performance.now()
  for (const name of names) {
    const argv = ['--kubeconfig', plane.kubeconfigFile, '--namespace', 'together', 'rollout', 'status']
    await run(join(bin, 'kubectl'), [...argv, `deployment/${name}`])
  }
  const others = performance.now() - started
  line('100 Deployments watched together', `${median(ours).toFixed(0)} ms`, '')
  line('kubectl rollout status, one by one', `${others.toFixed(0)} ms`, '')
  line('ratio', (others / median(ours)).toFixed(1), 'at least 10')
}

/** 10 Deployments of 100 pods; the last ones get ready while they are watched. */
async function reportMemory(plane: ControlPlane, own: OwnCluster): Promise<void> {
  const names = Array.from({ length: 10 }, (_, at) => `many-${at}`)
  const late = await rollOut(own, 'many', names, 100, 50)
  const watching = watchMany(plane, 'many', names)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  await settleConcurrently(late, (pod) => own.setPod(pod, true), 16)
  const { megabytes } = await watching
  line('1,000 pods watched, resident at most', `${megabytes} MB`, 'under 150 MB')
}

/** Applies Deployments and says of their pods that they are ready, but for the last ones, which it gives back. */
async function rollOut(
  own: OwnCluster,
  namespace: string,
  names: readonly string[],
  replicas: number,
  leave = 0,
) {
  await own.cluster.ensureNamespace(namespace, signal)
  const set = parseYaml(renderDeployments(names, replicas))
  await own.cluster.apply(set, { namespace, dryRun: false, signal, onApplied: () => undefined })
  const pods = await own.pods(namespace, names.length * replicas)
  const now = leave === 0 ? pods : pods.slice(0, -leave)
  await settleConcurrently(now, (pod) => own.setPod(pod, true), 16)
  if (leave === 0) await watchManyHere(own, namespace, names)
  return pods.slice(now.length)
}

async function watchManyHere(own: OwnCluster, namespace: string, names: readonly string[]): Promise<void> {
  const get = (name: string) =>
    own.cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace }, signal)
  const objects = await Promise.all(names.map(get))
  await own.cluster.awaitRollout(
    objects.flatMap((each) => each ?? []),
    { signal, onProgress: () => undefined },
  )
}

async function watchMany(plane: ControlPlane, namespace: string, names: readonly string[]): Promise<Watched> {
  const program = join(folder, 'watch-many.mjs')
  const { stdout } = await run(process.execPath, [
    program,
    plane.kubeconfigFile,
    namespace,
    JSON.stringify(names),
  ])
  return JSON.parse(stdout) as Watched
}

async function reportCases(): Promise<void> {
  const columns = ['', 'after the apply', 'after the API said so', 'rollout status', 'Helm --wait', '']
  console.log(`\nTime to a certain verdict; others are given 40 s.\n${row(columns)}`)
  for (const { title, ours, sinceSign, kubectl, helm, verdict } of await measureCases(
    readTestbed(),
    folder,
  )) {
    console.log(row([title, seconds(ours), seconds(sinceSign), kubectl, helm, verdict]))
  }
}

function seconds(value: number | undefined): string {
  return value === undefined ? 'nothing certain' : `${value.toFixed(1)} s`
}

function row([title = '', ...cells]: readonly string[]): string {
  return `  ${title.padEnd(44)}${cells.map((each) => each.padEnd(24)).join('')}`.trimEnd()
}

function median(of: readonly number[]): number {
  return of.toSorted((one, other) => one - other)[Math.floor(of.length / 2)] ?? Number.NaN
}

function line(title: string, value: string, target: string): void {
  console.log(`${title.padEnd(64)} ${value.padStart(9)}   ${target}`)
}
