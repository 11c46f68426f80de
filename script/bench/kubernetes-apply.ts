/**
 * How fast 300 objects are applied, reading their files, the dry run and the diff of all of them included, beside the floor
 * (the same objects sent raw from memory, 16 in flight) and beside kubectl, each in a process and a namespace of its own;
 * and how much memory 2,000 take, new and again. Needs the testbed.
 *
 *     node script/bench/kubernetes-apply.ts [rounds]
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
import { makeObjects } from './kubernetes/objects.ts'

const COUNT = 300
const LARGE = 2000
const rounds = Number(process.argv[2] ?? 3)
const testbed = readTestbed()
const { kubeconfig } = testbed.kubernetes
const folder = await mkdtemp(join(tmpdir(), 'stagegate-bench-'))
const run = promisify(execFile)
const accessFile = join(folder, 'access.json')
const administrator = `bench-${randomBytes(4).toString('hex')}`

try {
  await bundleLikeAction(join(import.meta.dirname, 'kubernetes', 'apply-set.ts'), folder)
  await openAccess()
  const times = new Map<string, number[]>()
  const note = (what: string, milliseconds: number): void => {
    times.set(what, [...(times.get(what) ?? []), milliseconds])
  }
  let floor: Measured | undefined
  let fresh: Measured | undefined
  let again: Measured | undefined
  for (let round = 1; round <= rounds; round += 1) {
    await inNamespace(async (namespace) => {
      floor = await measure('floor', COUNT, namespace)
      note('floor, fresh', floor.milliseconds)
      await settle()
      note('floor, again', (await measure('floor', COUNT, namespace)).milliseconds)
    })
    await inNamespace(async (namespace) => {
      fresh = await measure('ours', COUNT, namespace)
      await settle()
      again = await measure('ours', COUNT, namespace)
      note('ours, fresh', fresh.milliseconds)
      note('ours, again', again.milliseconds)
    })
    for (const way of ['kubectl apply', 'kubectl apply --server-side']) {
      await inNamespace(async (namespace) => {
        note(`${way}, fresh`, await kubectlApply(way, namespace))
        await settle()
        note(`${way}, again`, await kubectlApply(way, namespace))
      })
    }
    console.log(
      `round ${round} of ${rounds}: ${[...times].map(([what, all]) => `${what} ${all.at(-1) ?? 0} ms`).join('; ')}`,
    )
  }
  const { large, largeAgain } = await inNamespace(async (namespace) => ({
    large: await measure('ours', LARGE, namespace),
    largeAgain: await measure('ours', LARGE, namespace),
  }))
  report(times, { floor, fresh, again, 'large, fresh': large, 'large, again': largeAgain })
} finally {
  await kubectl('delete', `namespace/${administrator}`, `clusterrolebinding/${administrator}`, '--wait=false')
  await rm(folder, { recursive: true, force: true })
}

/** An administrator with a token, as the action has one for its job. */
async function openAccess(): Promise<void> {
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
  const token = (await kubectl('--namespace', administrator, 'create', 'token', 'bench')).trim()
  const { server, authority } = testbed.kubernetes
  const access: Access = { server, caCertificate: await readFile(authority, 'utf8'), token }
  await writeFile(accessFile, JSON.stringify(access), { mode: 0o600 })
}

async function measure(mode: 'floor' | 'ours', count: number, namespace: string): Promise<Measured> {
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

async function kubectlApply(way: string, namespace: string): Promise<number> {
  const file = join(folder, 'set.json')
  await writeFile(
    file,
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: makeObjects(COUNT, namespace) }),
  )
  const started = performance.now()
  await kubectl(...way.split(' ').slice(1), '-f', file)
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

function report(
  times: ReadonlyMap<string, readonly number[]>,
  runs: Readonly<Record<string, Measured | undefined>>,
): void {
  const of = (what: string): number => median(times.get(what) ?? [])
  console.log(`\nmedian of ${rounds}, ${COUNT} objects`)
  for (const [what] of times) console.log(`  ${what.padEnd(36)} ${String(of(what)).padStart(6)} ms`)
  const ratio = (title: string, value: number, target: string): void => {
    console.log(`  ${title.padEnd(52)} ${value.toFixed(2).padStart(6)}   ${target}`)
  }
  console.log('ratios')
  ratio('ours / floor, fresh', of('ours, fresh') / of('floor, fresh'), 'at most 2.5')
  ratio('ours / floor, again', of('ours, again') / of('floor, again'), 'at most 2')
  for (const when of ['fresh', 'again']) {
    const [server, client] = when === 'fresh' ? [4, 4] : [8, 20]
    ratio(
      `kubectl apply --server-side / ours, ${when}`,
      of(`kubectl apply --server-side, ${when}`) / of(`ours, ${when}`),
      `at least ${server}`,
    )
    ratio(
      `kubectl apply / ours, ${when}`,
      of(`kubectl apply, ${when}`) / of(`ours, ${when}`),
      `at least ${client}`,
    )
  }
  for (const [title, measured] of Object.entries(runs)) {
    if (measured === undefined) continue
    const { requests, changes, megabytes, milliseconds, readMilliseconds } = measured
    const objects = title === 'floor' ? COUNT : Object.values(changes).reduce((sum, each) => sum + each, 0)
    const { discovery = 0, ...others } = requests
    const each = Object.entries(others).map(([what, count]) => `${what} ${(count / objects).toFixed(2)}`)
    console.log(
      `${title}: ${objects} objects in ${milliseconds} ms (reading ${readMilliseconds} ms), ${megabytes} MB resident at most`,
    )
    console.log(`  requests for each object: ${each.join(', ')}; discovery of all kinds: ${discovery}`)
  }
}
