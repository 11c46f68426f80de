import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { V1ServiceSpec } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApplyTools, createApplyTools } from './apply-tools.ts'
import { liveObjects, normalize } from './fidelity/live-objects.ts'
import { openTestbedCluster, type TestbedCluster } from './testbed-cluster.ts'
import { renderDefinition } from './custom-kind.ts'

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
      definition: renderDefinition({ group, kind: 'Gadget', schema: gadgetSchema }),
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

  // All that Kubernetes 1.34 knows is in the library's models, of 1.35; what their fields are is asked by the kind alone.
  test('with fields that the models of the client library lack, as of a resource named like a kind of Kubernetes', async () => {
    // One for both sides: not the name of a namespace, which is taken out of what is compared.
    const group = `${ours.namespace.replace('test-', '')}.example.org`
    const spec = {
      template: { spec: { containers: [{ name: 'main', image: 'a' }] } },
      fieldOfTomorrow: [1, { a: null }],
    }
    const yaml = JSON.stringify({
      apiVersion: `${group}/v1`,
      kind: 'Service',
      metadata: { name: 'later' },
      spec,
    })
    const known = V1ServiceSpec.getAttributeTypeMap().map(({ baseName }) => baseName)
    expect(Object.keys(spec).filter((field) => known.includes(field))).toEqual([])
    try {
      await ours.apply(`${renderDefinition({ group, kind: 'Service' })}---\n${yaml}`)
      await kubectl.kubectl(yaml, '--server-side')
      const [left, right] = await Promise.all(
        [ours, theirs].map((bed) => liveObjects(bed, `services.${group}`)),
      )
      expect(left!.get('Service/later')?.spec).toEqual(spec)
      expect(left!.get('Service/later')).toEqual(right!.get('Service/later'))
    } finally {
      await ours.cluster.remove({ ...crd, name: `services.${group}` }, signal)
    }
  })
})

test('text arrives unchanged even with signs that end a line of YAML or that it does not take', async () => {
  const text = 'next line \u0085 line \u2028 paragraph \u2029 mark \uFEFF delete \u007F none \uFFFF end'
  const object = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'signs', annotations: { text } } },
    data: { text },
  }
  await ours.apply(JSON.stringify(object))
  const id = { apiVersion: 'v1', kind: 'ConfigMap', name: 'signs', namespace: ours.namespace }
  const live = await ours.cluster.get(id, signal)
  expect(live?.data).toEqual({ text })
  expect(live?.metadata.annotations).toEqual({ text })
})

const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

const gadgetSchema = `
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
