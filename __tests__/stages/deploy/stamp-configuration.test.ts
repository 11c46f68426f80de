import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stampConfiguration } from '../../../src/stages/deploy/manifests/stamp-configuration.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'

const key = Buffer.alloc(32, 7)
const container = (fields: object) => ({ containers: [{ name: 'a', image: 'b', ...fields }] })

function workload(spec: object, kind = 'Deployment', apiVersion = 'apps/v1'): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name: 'api' },
    spec: { template: { metadata: { labels: { a: 'b' } }, spec } },
  }
}

function configMap(data: object, metadata: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', ...metadata }, data }
}

function secret(fields: object): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'config' }, ...fields }
}

function hashOf(
  objects: readonly KubernetesObject[],
  more: { others?: KubernetesObject[]; key?: Uint8Array } = {},
) {
  const manifests = objects.map((object) => ({ object, source: 'a.yaml:1' }))
  const stamped = stampConfiguration(manifests, { others: [], namespace: 'staging', key, ...more })
  const spec = stamped[0]?.object.spec as {
    template?: { metadata?: { annotations?: Record<string, string> } }
  }
  return spec.template?.metadata?.annotations?.['stagegate.dev/config-hash']
}

const everything = container({ envFrom: [{ configMapRef: { name: 'config' } }] })
const oneKey = container({
  env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'config', key: 'a' } } }],
})

describe('the hash of a configuration', () => {
  test.each([
    ['variables', everything],
    ['one variable', oneKey],
    [
      'an init container',
      { initContainers: [{ envFrom: [{ configMapRef: { name: 'config' } }] }], containers: [] },
    ],
    ['a volume', { ...container({}), volumes: [{ name: 'v', configMap: { name: 'config' } }] }],
    [
      'an item of a volume',
      { ...container({}), volumes: [{ configMap: { name: 'config', items: [{ key: 'a', path: 'p' }] } }] },
    ],
    [
      'a projected volume',
      { ...container({}), volumes: [{ projected: { sources: [{ configMap: { name: 'config' } }] } }] },
    ],
  ])('changes with the value that is read by %s', (_title, spec) => {
    const before = hashOf([workload(spec), configMap({ a: '1' })])
    expect(before).toMatch(/^[0-9a-f]{32}$/)
    expect(hashOf([workload(spec), configMap({ a: '1' })])).toBe(before)
    expect(hashOf([workload(spec), configMap({ a: '2' })])).not.toBe(before)
  })

  test.each([
    ['all of it', container({ envFrom: [{ secretRef: { name: 'config' } }] })],
    ['one key', container({ env: [{ valueFrom: { secretKeyRef: { name: 'config', key: 'a' } } }] })],
    ['a volume', { ...container({}), volumes: [{ secret: { secretName: 'config' } }] }],
  ])(
    'changes with a Secret read as %s, brought by a manifest or from Vault, and not with how it is written',
    (_title, spec) => {
      const before = hashOf([workload(spec), secret({ stringData: { a: 'one' } })])
      const data = { a: Buffer.from('one').toString('base64') }
      expect(hashOf([workload(spec)], { others: [secret({ data })] })).toBe(before)
      expect(hashOf([workload(spec)], { others: [secret({ stringData: { a: 'two' } })] })).not.toBe(before)
    },
  )

  test('says nothing of the values to who does not have the key', () => {
    const objects = [workload(everything), configMap({ a: '1' })]
    expect(hashOf(objects, { key: Buffer.alloc(32, 8) })).not.toBe(hashOf(objects))
  })

  test('does not change with keys that are not read, labels, or the order of anything', () => {
    expect(hashOf([workload(oneKey), configMap({ a: '1', b: '2' })])).toBe(
      hashOf([workload(oneKey), configMap({ b: '3', a: '1' }, { labels: { c: 'd' } })]),
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }), (data) => {
        const turned = Object.fromEntries(Object.entries(data).reverse())
        expect(hashOf([workload(everything), configMap(turned)])).toBe(
          hashOf([workload(everything), configMap(data)]),
        )
      }),
    )
  })

  test('does not change with what is in another namespace or not in the set', () => {
    const elsewhere = configMap({ a: '1' }, { namespace: 'other' })
    expect(hashOf([workload(everything), elsewhere])).toBeUndefined()
    expect(hashOf([workload(everything)])).toBeUndefined()
  })

  test.each([
    ['Job', 'batch/v1'],
    ['ReplicaSet', 'apps/v1'],
  ])('is not written on a %s, which would not roll', (kind, apiVersion) => {
    expect(hashOf([workload(everything, kind, apiVersion), configMap({ a: '1' })])).toBeUndefined()
  })

  test('is written on a custom resource that has a pod template, and leaves the rest as it is', () => {
    const rollout = workload(everything, 'Rollout', 'argoproj.io/v1alpha1')
    const [stamped] = stampConfiguration(
      [rollout, configMap({ a: '1' })].map((object) => ({ object, source: '' })),
      { others: [], namespace: 'staging', key },
    )
    const { template } = stamped?.object.spec as { template: { metadata: { annotations: object } } }
    expect(template).toMatchObject((rollout.spec as { template: object }).template)
    expect(Object.keys(template.metadata.annotations)).toEqual(['stagegate.dev/config-hash'])
    expect(JSON.stringify(rollout)).not.toContain('config-hash')
  })
})
