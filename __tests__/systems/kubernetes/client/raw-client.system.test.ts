import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTestbed } from '../../../../script/lib/testbed/description.ts'
import { type ConnectProxy, startConnectProxy } from '../connect-proxy.ts'
import { openTestbedCluster, parseYaml, type TestbedCluster } from '../testbed-cluster.ts'

const signal = new AbortController().signal

describe('a proxy of the environment', () => {
  let proxy: ConnectProxy
  const server = new URL(readTestbed().kubernetes.server)

  beforeAll(async () => {
    proxy = await startConnectProxy()
  })

  afterAll(() => {
    proxy.close()
  })

  test('is used for every request, by few kept tunnels', async () => {
    const bed = await openTestbedCluster('proxy', { env: { HTTPS_PROXY: proxy.url } })
    try {
      const yaml = Array.from(
        { length: 60 },
        (_, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${at} }\n`,
      )
      await bed.apply(yaml.join('---\n'))
      expect(new Set(proxy.tunnels)).toEqual(new Set([server.host]))
      // 120 requests, 16 at the same time, and one that discovers besides.
      expect(proxy.tunnels.length).toBeLessThanOrEqual(20)
    } finally {
      await bed.close()
    }
  })

  test('is not used for hosts in NO_PROXY', async () => {
    const before = proxy.tunnels.length
    const bed = await openTestbedCluster('noproxy', {
      env: { HTTPS_PROXY: proxy.url, NO_PROXY: `example.com,${server.hostname}` },
    })
    try {
      expect(await bed.cluster.version(signal)).toMatch(/^v1\./)
      expect(proxy.tunnels).toHaveLength(before)
    } finally {
      await bed.close()
    }
  })
})

describe('what client libraries rename, drop or do not know', () => {
  let bed: TestbedCluster
  let group: string

  beforeAll(async () => {
    bed = await openTestbedCluster('raw')
    group = `${bed.namespace}.example.com`
  })

  afterAll(async () => {
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
    await bed.cluster.remove({ ...definition, name: `things.${group}` }, signal)
    await bed.close()
  })

  test('arrives unchanged', async () => {
    const yaml = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed }
spec:
  podSelector: {}
  ingress: [{ from: [{ podSelector: { matchLabels: { a: b } } }, { namespaceSelector: {} }] }]
  policyTypes: [Ingress]
---
apiVersion: v1
kind: LimitRange
metadata: { name: limits }
spec: { limits: [{ type: Container, default: { memory: 64Mi }, defaultRequest: { memory: 32Mi } }] }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { plural: things, singular: thing, kind: Thing, listKind: ThingList }
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
              x-kubernetes-validations: [{ rule: 'self.colour != "red" || has(self.why)', message: why red }]
              properties:
                colour: { type: string, enum: [green, red], default: green }
                why: { type: string, not: { enum: [nothing] } }
                size: { x-kubernetes-int-or-string: true, anyOf: [{ type: integer }, { type: string }] }
                any: { type: object, x-kubernetes-preserve-unknown-fields: true }
                list: { type: array, x-kubernetes-list-type: set, items: { type: string } }
`
    await bed.apply(yaml)
    for (const { object } of parseYaml(yaml)) {
      const { apiVersion, kind, metadata } = object
      const isWide = kind === 'CustomResourceDefinition'
      const id = { apiVersion, kind, name: metadata.name, ...(isWide ? {} : { namespace: bed.namespace }) }
      const live = await bed.cluster.get(id, signal)
      expect(live?.spec, kind).toMatchObject(object.spec as object)
    }
  })

  test('reaches the server, even a field of tomorrow: it is the server that says that it does not know it', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\nfieldOfTomorrow: { deep: [1] }\n'
    await expect(bed.apply(yaml)).rejects.toMatchObject({
      code: 'E_MANIFEST_INVALID',
      message: expect.stringMatching(/\.fieldOfTomorrow: field not declared in schema/) as string,
    })
  })
})
