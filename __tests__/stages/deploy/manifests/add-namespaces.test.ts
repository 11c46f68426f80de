import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import { addNamespaces, addOwnNamespace } from '../../../../src/stages/deploy/manifests/add-namespaces.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../../src/systems/kubernetes/manifest-set.ts'

const signal = new AbortController().signal
const manifest = (kind: string, name: string, namespace?: string): Manifest => ({
  object: { apiVersion: 'v1', kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
  source: `${name}.yaml:1`,
})

/** A cluster with these namespaces; one that may not be looked at is named `forbidden`. */
function clusterWith(...namespaces: readonly string[]) {
  const asked: string[] = []
  return {
    asked,
    get({
      kind,
      name,
    }: {
      readonly kind: string
      readonly name: string
    }): Promise<KubernetesObject | undefined> {
      asked.push(`${kind} ${name}`)
      if (name === 'forbidden')
        return Promise.reject(new StagegateError('E_KUBE_FORBIDDEN', { message: 'no' }))
      return Promise.resolve(namespaces.includes(name) ? manifest(kind, name).object : undefined)
    },
  }
}

describe('namespaces that objects name', () => {
  test('are added where neither the cluster nor the set has them', async () => {
    const set = [
      manifest('ConfigMap', 'a'),
      manifest('ConfigMap', 'b', 'staging'),
      manifest('ConfigMap', 'c', 'new'),
      manifest('ConfigMap', 'd', 'new'),
      manifest('ConfigMap', 'e', 'there'),
      manifest('Namespace', 'coming'),
      manifest('ConfigMap', 'f', 'coming'),
      manifest('ConfigMap', 'g', 'forbidden'),
    ]
    const cluster = clusterWith('there', 'staging')
    const added = await addNamespaces(set, 'staging', cluster, signal)
    expect(added).toEqual([
      {
        object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } },
        source: 'c.yaml:1 (its namespace)',
      },
      ...set,
    ])
    expect(cluster.asked).toEqual(['Namespace new', 'Namespace there', 'Namespace forbidden'])
  })
})

describe('the namespace of the environment', () => {
  const set = [manifest('ConfigMap', 'a')]

  test('is part of a dry run where nobody has made it yet', async () => {
    const [own, ...others] = await addOwnNamespace(set, 'staging', clusterWith(), signal)
    expect(own).toEqual({
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'staging' } },
      source: 'deploy.namespace (its namespace)',
    })
    expect(others).toEqual(set)
  })

  test.each([
    ['that is there', set, 'staging', clusterWith('staging')],
    ['that may not be looked at', set, 'forbidden', clusterWith()],
    ['that the set defines', [...set, manifest('Namespace', 'staging')], 'staging', clusterWith()],
  ])('%s is not added', async (_title, given, own, cluster) => {
    expect(await addOwnNamespace(given, own, cluster, signal)).toEqual(given)
  })
})
