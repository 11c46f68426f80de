import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ManagedFields } from '../../../src/systems/kubernetes/apply/ownership/fields.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { patchObject } from '../../../src/systems/kubernetes/apply/patch-object.ts'
import {
  atomicMappings,
  ownGroups,
  provesUnchanged,
} from '../../../src/systems/kubernetes/apply/ownership/prove-unchanged.ts'
import { settleConcurrently } from '../../../src/systems/kubernetes/concurrency.ts'
import { createDiscovery } from '../../../src/systems/kubernetes/discovery/discovery.ts'
import { resourcePath } from '../../../src/systems/kubernetes/discovery/api-resource.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { withoutFields } from '../../../src/systems/kubernetes/without-fields.ts'
import { arbitraryObject, generatedKinds, inNamespace } from './fidelity/arbitrary-object.ts'
import type { Schema } from './fidelity/arbitrary-value.ts'
import { readSchemas } from './fidelity/read-schemas.ts'
import { hollowed, variantsOf } from './fidelity/variants.ts'
import { defineWidgets, type Widgets } from './fidelity/widgets.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

/** The same objects each time; another number tries others. */
const SEED = Number(process.env.STAGEGATE_SEED ?? 7)
const EACH = Number(process.env.STAGEGATE_EACH ?? 12)
const signal = new AbortController().signal

let bed: TestbedCluster
let widgets: Widgets

beforeAll(async () => {
  bed = await openTestbedCluster('unasked')
  widgets = await defineWidgets(bed)
})

afterAll(async () => {
  await widgets.remove()
  await bed.close()
})

/** What has happened to an object since, in turns. */
const histories = [
  async (object: KubernetesObject) => {
    await applyAs('stagegate', object)
  },
  async (object: KubernetesObject) => {
    await applyAs('stagegate', object)
    await applyAs('another', object)
    await applyAs('another', { ...object, metadata: { ...object.metadata, labels: { more: 'label' } } })
  },
  async (object: KubernetesObject) => {
    await applyAs('another', object)
    await applyAs('stagegate', object)
    await mergeAs('third', object, { metadata: { annotations: { more: 'annotation' }, finalizers: null } })
  },
  async (object: KubernetesObject) => {
    await applyAs('stagegate', hollowed(object))
    await applyAs('another', object)
  },
  async (object: KubernetesObject) => {
    await applyAs('stagegate', object)
    await mergeAs('third', object, { metadata: { labels: { app: null, more: 'label' } } })
  },
] as const

test('what is taken for unchanged without a dry run is unchanged to the server, with all who own fields of it', async () => {
  const kinds = [...generatedKinds().filter(({ isWide }) => !isWide), widgets.kind]
  const schemas = await readSchemas(
    bed,
    kinds.map((kind) => kind.apiVersion),
  )
  const drawn = kinds.flatMap((kind) =>
    Array.from({ length: EACH }, (_, at) =>
      fc.sample(arbitraryObject(schemas, kind, `u${at}`), { seed: SEED + at, numRuns: 1 }),
    ).flat(),
  )
  const tally = { objects: 0, unchanged: 0, proved: 0, variants: 0, provedVariants: 0 }
  const results = await settleConcurrently(drawn, async (each) => {
    const object = placed(each)
    const at = drawn.indexOf(each)
    try {
      await histories[at % histories.length]?.(object)
    } catch {
      // Refused, as one in some is that is drawn by chance.
      return
    }
    tally.objects += 1
    let live = await settled(object)
    let judged = await judge(object, live)
    // A controller may write it late: what was said then was of another object.
    while ((await read(object)).metadata.resourceVersion !== live.metadata.resourceVersion) {
      live = await settled(object)
      judged = await judge(object, live)
    }
    tally.unchanged += judged.unchanged ? 1 : 0
    tally.proved += judged.proved ? 1 : 0
    tally.variants += judged.variants
    tally.provedVariants += judged.outcomes.length
    for (const { variant, outcome } of judged.outcomes)
      expect(compared(outcome), JSON.stringify(variant)).toEqual(compared(live))
  })
  console.log(tally)
  // Else nothing was looked at: most of what is unchanged is known to be without a dry run, some variants among them.
  expect(tally.objects).toBeGreaterThan(drawn.length / 2)
  expect(tally.proved).toBeGreaterThan(0.75 * tally.unchanged)
  expect(tally.provedVariants).toBeGreaterThan(tally.proved)
  expect(results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))).toEqual([])
})

test('mappings that are taken for owned as a whole are so in all kinds of Kubernetes itself', async () => {
  const kinds = await discovery().all(signal)
  const versions = new Set(
    kinds
      .filter(({ group }) => ownGroups.has(group))
      .map(({ group, version }) => (group === '' ? version : `${group}/${version}`)),
  )
  const schemas = await readSchemas(bed, [...versions])
  const resolve = (schema: Schema): Schema => {
    const [only] = schema.allOf ?? []
    const named = schemas[(only?.$ref ?? schema.$ref ?? '').replace('#/components/schemas/', '')]
    return named === undefined ? schema : { ...named, ...schema, type: named.type ?? 'object' }
  }
  const found = Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([field]) => atomicMappings.has(field))
      .map(([field, schema]) => ({ field, place: `${name}.${field}`, ...resolve(schema) }))
      .filter(({ type }) => type === 'object'),
  )
  expect(
    found.filter((each) => each['x-kubernetes-map-type'] !== 'atomic').map(({ place }) => place),
  ).toEqual([])
  expect(new Set(found.map(({ field }) => field))).toEqual(atomicMappings)
})

/** What is taken for unchanged of a manifest and all its variants, and what the server says of these. */
async function judge(object: KubernetesObject, live: KubernetesObject) {
  const variants = [object, ...variantsOf(object, live)]
  const outcomes: { readonly variant: KubernetesObject; readonly outcome: unknown }[] = []
  for (const variant of variants.filter((each) => provesUnchanged(each, live)))
    outcomes.push({ variant, outcome: await tryApply(variant) })
  const unchanged = isDeepStrictEqual(compared(await tryApply(object)), compared(live))
  return { unchanged, proved: provesUnchanged(object, live), variants: variants.length, outcomes }
}

/** Without what controllers report, and without times: an apply that changes nothing else writes none of them. */
function compared(outcome: unknown): unknown {
  if (!(outcome instanceof Object) || !('metadata' in outcome)) return outcome
  const { metadata, ...rest } = outcome as KubernetesObject
  const owners = (metadata.managedFields as readonly ManagedFields[])
    .filter((entry) => entry.subresource === undefined)
    .map((entry) => withoutFields(entry, ['time']))
  const described = withoutFields(metadata, ['resourceVersion', 'managedFields'])
  return { ...withoutFields(rest, ['status']), metadata: { ...described, owners } }
}

function placed(object: KubernetesObject): KubernetesObject {
  const named = inNamespace(object, bed.namespace)
  return { ...named, metadata: { ...named.metadata, namespace: bed.namespace } }
}

async function pathOf(object: KubernetesObject): Promise<string> {
  return resourcePath(await discovery().require(object, signal), object.metadata)
}

let discovered: ReturnType<typeof createDiscovery> | undefined
function discovery() {
  return (discovered ??= createDiscovery(bed.client))
}

async function applyAs(fieldManager: string, object: KubernetesObject): Promise<void> {
  await bed.client.send({
    method: 'PATCH',
    path: await pathOf(object),
    query: { fieldManager, fieldValidation: 'Strict', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: object,
    signal,
    purpose: `apply as ${fieldManager}`,
  })
}

async function mergeAs(fieldManager: string, object: KubernetesObject, body: object): Promise<void> {
  await bed.client.send({
    method: 'PATCH',
    path: await pathOf(object),
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body,
    signal,
    purpose: `merge as ${fieldManager}`,
  })
}

/** As it is when nobody writes it for a while. */
async function settled(object: KubernetesObject): Promise<KubernetesObject> {
  for (let before = await read(object); ;) {
    await systemClock.sleep(400, signal)
    const now = await read(object)
    if (now.metadata.resourceVersion === before.metadata.resourceVersion) return now
    before = now
  }
}

async function read(object: KubernetesObject): Promise<KubernetesObject> {
  const { body } = await bed.client.send({
    method: 'GET',
    path: await pathOf(object),
    signal,
    purpose: 'read',
  })
  return body as KubernetesObject
}

/** The object as an apply would leave it, or why it is refused. */
async function tryApply(object: KubernetesObject): Promise<unknown> {
  const resource = await discovery().require(object, signal)
  return patchObject(bed.client, resource, object, { dryRun: true, force: false, signal }).then(
    (result) => ('object' in result ? result.object : result),
    (thrown: unknown) => thrown,
  )
}
