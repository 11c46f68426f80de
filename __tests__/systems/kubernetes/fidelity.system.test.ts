import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/systems/kubernetes/cluster.ts'
import { settleConcurrently } from '../../../src/systems/kubernetes/concurrency.ts'
import { type ApplyTools, createApplyTools } from './apply-tools.ts'
import { arbitraryObject, generatedKinds } from './fidelity/arbitrary-object.ts'
import type { Schemas } from './fidelity/arbitrary-value.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'

/** The same objects each time; another number tries others. */
const SEED = Number(process.env.STAGEGATE_SEED ?? 6)
const OF_EACH_KIND = 30
const WANTED = 200

const signal = new AbortController().signal
let ours: TestbedCluster
let theirs: TestbedCluster
let kubectl: ApplyTools

beforeAll(async () => {
  ours = await openTestbedCluster('ours')
  theirs = await openTestbedCluster('theirs')
  kubectl = createApplyTools(theirs)
})

afterAll(async () => {
  await Promise.all([ours.close(), theirs.close()])
})

test(`at least ${WANTED} objects made from the server's own description arrive as kubectl brings them`, async () => {
  const kinds = generatedKinds()
  const described = await Promise.all([...new Set(kinds.map((kind) => kind.apiVersion))].map(readSchemas))
  const schemas: Schemas = Object.assign({}, ...described)
  const drawn = kinds.flatMap((kind) =>
    Array.from({ length: OF_EACH_KIND }, (_, at) =>
      fc.sample(arbitraryObject(schemas, kind, `g${at}`), { seed: SEED + at, numRuns: 1 }),
    ).flat(),
  )
  const settled = await settleConcurrently(drawn, (object) => applyOurs([object]))
  const accepted = drawn.filter((_object, index) => settled[index]?.status === 'fulfilled')
  const refused = drawn.filter((_object, index) => settled[index]?.status === 'rejected')
  console.log(tally(drawn, accepted))
  expect(accepted.length).toBeGreaterThanOrEqual(WANTED)
  for (const kind of kinds)
    expect(
      accepted.filter((each) => each.kind === kind.kind),
      kind.kind,
    ).not.toEqual([])

  const some = refused.filter((_object, index) => index % 10 === 0)
  const [alsoTheirs, ...tried] = await settleConcurrently(
    [accepted, ...some.map((each) => [each])],
    applyTheirs,
    2,
  )
  expect(alsoTheirs).toMatchObject({ status: 'fulfilled' })
  expect(tried.map((each) => each.status)).toEqual(some.map(() => 'rejected'))
  const names = kinds.map((kind) => kind.plural).join(',')
  const [left, right] = await Promise.all([liveObjects(ours, names), liveObjects(theirs, names)])
  for (const object of accepted) {
    expect(left.get(idOf(object)), idOf(object)).toBeDefined()
    expect(left.get(idOf(object)), JSON.stringify(object)).toEqual(right.get(idOf(object)))
  }
})

describe('objects arrive as kubectl brings them', () => {
  test('for every kind of the sample', async () => {
    const folder = join(import.meta.dirname, '../../../examples/ai-gen-service/k8s')
    const files = ['configmap', 'deployment', 'service'].map((name) =>
      readFile(join(folder, `${name}.yaml`), 'utf8'),
    )
    const yaml = (await Promise.all(files)).join('\n---\n')
    await Promise.all([ours.apply(yaml), kubectl.kubectl(yaml, '--server-side')])
    const names = 'configmaps,deployments.apps,services'
    const [left, right] = await Promise.all([liveObjects(ours, names), liveObjects(theirs, names)])
    for (const id of ['ConfigMap/ai-gen-config', 'Deployment/ai-gen-service', 'Service/ai-gen-service']) {
      expect(left.get(id), id).toBeDefined()
      expect(left.get(id)).toEqual(right.get(id))
    }
  })

  test('for definitions and their resources, which we bring in one set', async () => {
    const set = (group: string) => ({
      definition: definition(group),
      resource: `
apiVersion: ${group}/v1
kind: Gadget
metadata: { name: first }
spec: { size: 3, parts: [{ name: a, weight: 1.5 }, { name: b }], extra: { any: [thing, 1, null] }, port: 8080 }
`,
    })
    const [left, right] = [ours, theirs].map((bed) => ({ bed, ...set(`${bed.namespace}.example.com`) }))
    await ours.apply(`${left!.resource}---\n${left!.definition}`)
    await kubectl.kubectl(right!.definition, '--server-side')
    await kubectl.run('wait', '--for=condition=Established', `crd/gadgets.${theirs.namespace}.example.com`)
    await kubectl.kubectl(right!.resource, '--server-side')
    try {
      const [one, other] = await Promise.all(
        [left!, right!].map(({ bed }) => liveObjects(bed, `gadgets.${bed.namespace}.example.com`)),
      )
      expect(one!.get('Gadget/first')).toBeDefined()
      expect(one!.get('Gadget/first')).toEqual(other!.get('Gadget/first'))
      const definitions = await Promise.all(
        [ours, theirs].map(({ namespace, cluster }) =>
          cluster.get({ ...crd, name: `gadgets.${namespace}.example.com` }, signal),
        ),
      )
      expect(definitions.map((each, at) => normalize(each!, [ours, theirs][at]!.namespace))[0]).toEqual(
        normalize(definitions[1]!, theirs.namespace),
      )
    } finally {
      for (const { namespace, cluster } of [ours, theirs]) {
        await cluster.remove({ ...crd, name: `gadgets.${namespace}.example.com` }, signal)
      }
    }
  })
})

const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

function definition(group: string): string {
  return `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { plural: gadgets, singular: gadget, kind: Gadget }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-validations: [{ rule: 'self.size > 0', message: too small }]
              properties:
                size: { type: integer, default: 1 }
                colour: { type: string, enum: [green, red], default: green }
                port: { x-kubernetes-int-or-string: true }
                extra: { type: object, x-kubernetes-preserve-unknown-fields: true }
                parts:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties: { name: { type: string }, weight: { type: number, default: 2.5 } }
`
}

async function readSchemas(apiVersion: string): Promise<Schemas> {
  const text = await kubectl.run(
    'get',
    '--raw',
    `/openapi/v3/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}`,
  )
  return (JSON.parse(text) as { components: { schemas: Schemas } }).components.schemas
}

function applyOurs(objects: readonly KubernetesObject[]) {
  const manifests = objects.map((object) => ({ object, source: 'generated' }))
  return ours.cluster.apply(manifests, {
    namespace: ours.namespace,
    dryRun: false,
    signal,
    onApplied: () => undefined,
  })
}

async function applyTheirs(items: readonly KubernetesObject[]): Promise<void> {
  const file = join(tmpdir(), `${theirs.namespace}-${randomUUID()}.json`)
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  try {
    await kubectl.run('apply', '--server-side', '-f', file)
  } finally {
    await rm(file)
  }
}

async function liveObjects(bed: TestbedCluster, names: string): Promise<ReadonlyMap<string, unknown>> {
  const tools = createApplyTools(bed)
  const text = await tools.run('get', names, '-o', 'json', '--show-managed-fields')
  const { items } = JSON.parse(text) as { items: KubernetesObject[] }
  return new Map(items.map((item) => [idOf(item), normalize(item, bed.namespace)]))
}

function idOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`
}

/** Without what cannot be the same twice: ids, times, addresses that are given out, and what controllers add. */
function normalize(object: KubernetesObject, namespace: string): unknown {
  const { uid = '', managedFields, annotations } = object.metadata
  const applied = ((managedFields ?? []) as { operation: string; fieldsV1: unknown }[])
    .filter(({ operation }) => operation === 'Apply')
    .map(({ fieldsV1 }) => fieldsV1)
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => !key.startsWith('deployment.kubernetes.io/') && !key.startsWith('deprecated.daemonset'),
  )
  const metadata = { ...object.metadata, annotations: Object.fromEntries(kept), applied }
  const text = JSON.stringify({ ...object, status: undefined, metadata }, (key, value: unknown) => {
    const own = [
      'resourceVersion',
      'generation',
      'creationTimestamp',
      'managedFields',
      'clusterIP',
      'clusterIPs',
      'nodePort',
      'healthCheckNodePort',
    ]
    return own.includes(key) ? undefined : value
  })
  return JSON.parse(text.replaceAll(uid, 'UID').replaceAll(namespace, 'NAMESPACE')) as unknown
}

function tally(drawn: readonly KubernetesObject[], accepted: readonly KubernetesObject[]): string {
  const kinds = [...new Set(drawn.map((each) => each.kind))]
  const count = (list: readonly KubernetesObject[], kind: string) =>
    list.filter((each) => each.kind === kind).length
  return kinds.map((kind) => `${kind} ${count(accepted, kind)}/${count(drawn, kind)}`).join(', ')
}
