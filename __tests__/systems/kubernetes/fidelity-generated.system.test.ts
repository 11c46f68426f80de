import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StagegateError } from '../../../src/errors/index.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { settleConcurrently } from '../../../src/systems/kubernetes/concurrency.ts'
import { createApplyTools } from './apply-tools.ts'
import {
  arbitraryObject,
  type GeneratedKind,
  generatedKinds,
  inNamespace,
} from './fidelity/arbitrary-object.ts'
import { idOf, liveObjects } from './fidelity/live-objects.ts'
import { readSchemas } from './fidelity/read-schemas.ts'
import { defineWidgets, type Widgets } from './fidelity/widgets.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

/** The same objects each time; another number tries others. */
const SEED = Number(process.env.STAGEGATE_SEED ?? 6)
const WANTED = 200

let ours: TestbedCluster
let theirs: TestbedCluster
let widgets: Widgets

beforeAll(async () => {
  ours = await openTestbedCluster('ours')
  theirs = await openTestbedCluster('theirs')
  widgets = await defineWidgets(ours)
})

afterAll(async () => {
  const wide = generatedKinds().flatMap((kind) => (kind.isWide ? [kind.plural] : []))
  for (const bed of [ours, theirs])
    await createApplyTools(bed).run('delete', wide.join(','), ...generatedIn(bed), '--wait=false')
  await widgets.remove()
  await Promise.all([ours.close(), theirs.close()])
})

test(`at least ${WANTED} objects made from the server's own description arrive as kubectl brings them, and what is refused is refused to kubectl in the same words`, async () => {
  const kinds = [...generatedKinds(), widgets.kind]
  const schemas = await readSchemas(
    ours,
    kinds.map((kind) => kind.apiVersion),
  )
  const drawn = kinds.flatMap((kind) =>
    Array.from({ length: countOf(kind) }, (_, at) =>
      fc.sample(arbitraryObject(schemas, kind, `g${at}`), { seed: SEED + at, numRuns: 1 }),
    ).flat(),
  )
  const [settled, { applied, said }] = await Promise.all([
    settleConcurrently(drawn, (object) => ours.apply(JSON.stringify(inNamespace(object, ours.namespace)))),
    applyTheirs(drawn),
  ])
  const accepted = drawn.filter((_object, index) => settled[index]?.status === 'fulfilled')
  const refused = drawn.flatMap((object, index) => {
    const result = settled[index]
    return result?.status === 'rejected' ? [{ object, reason: result.reason as StagegateError }] : []
  })
  console.log(tally(drawn, accepted))
  expect(accepted.length).toBeGreaterThanOrEqual(WANTED)
  for (const { kind } of kinds)
    expect(
      accepted.filter((each) => each.kind === kind),
      kind,
    ).not.toEqual([])

  expect(applied.match(/ serverside-applied$/gm)).toHaveLength(accepted.length)
  const names = kinds.map((kind) => kind.plural).join(',')
  const [left, right] = await Promise.all([liveGenerated(ours, names), liveGenerated(theirs, names)])
  expect([...right.keys()].toSorted()).toEqual(accepted.map(idOf).toSorted())
  for (const object of accepted) {
    const live = left.get(idOf(object))
    expect(live, idOf(object)).toBeDefined()
    expect(live, JSON.stringify(object)).toEqual(right.get(idOf(object)))
    // Nothing is defaulted there: what was written is what there is.
    for (const field of asWritten[object.kind] ?? []) expect(live?.[field]).toEqual(sent(object[field]))
  }

  expect(said.match(/^Error from server/gm)).toHaveLength(refused.length)
  for (const { object, reason } of refused)
    expect(said, `${idOf(object)}: ${reason.message}`).toContain(beginningOf(reason))
})

/** Fields of which the server keeps exactly what was sent. */
const asWritten: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['data', 'binaryData'],
  StorageClass: ['parameters'],
  PriorityClass: ['value', 'description'],
  Widget: ['spec'],
}

/** As JSON has it: without -0. */
function sent(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** What the server said of an object of ours, as it says it in the other namespace; ours is cut. */
function beginningOf({ message }: StagegateError): string {
  const said = /cannot apply \(dry run\) \S+ \S+: (.{20,200})/s.exec(message)?.[1]
  return (
    said?.replaceAll(ours.namespace, theirs.namespace) ?? expect.fail(`not said by the server: ${message}`)
  )
}

function liveGenerated(bed: TestbedCluster, names: string) {
  return liveObjects(bed, names, ...generatedIn(bed))
}

function countOf({ kind, isWide }: GeneratedKind): number {
  return kind === 'Namespace' ? 3 : isWide ? 12 : 30
}

interface Said {
  /** A line for each object that was applied. */
  readonly applied: string
  /** Refusals; empty when all were applied. */
  readonly said: string
}

async function applyTheirs(items: readonly KubernetesObject[]): Promise<Said> {
  const file = join(tmpdir(), `${theirs.namespace}-${randomUUID()}.json`)
  // One after the other, as no list: a list is checked by kubectl itself.
  const documents = items.map((each) => JSON.stringify(inNamespace(each, theirs.namespace)))
  await writeFile(file, documents.join('\n'))
  try {
    return { applied: await createApplyTools(theirs).run('apply', '--server-side', '-f', file), said: '' }
  } catch (thrown) {
    const { stdout, stderr } = thrown as { stdout: string; stderr: string }
    return { applied: stdout, said: stderr }
  } finally {
    await rm(file)
  }
}

function generatedIn({ namespace }: TestbedCluster): readonly string[] {
  return ['-l', `generated=${namespace}`]
}

function tally(drawn: readonly KubernetesObject[], accepted: readonly KubernetesObject[]): string {
  const kinds = [...new Set(drawn.map((each) => each.kind))]
  const count = (list: readonly KubernetesObject[], kind: string) =>
    list.filter((each) => each.kind === kind).length
  return kinds.map((kind) => `${kind} ${count(accepted, kind)}/${count(drawn, kind)}`).join(', ')
}
