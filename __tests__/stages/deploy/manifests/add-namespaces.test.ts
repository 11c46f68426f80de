import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../../../src/errors/index.ts'
import { addNamespaces } from '../../../../src/stages/deploy/manifests/add-namespaces.ts'
import type { KubernetesObject, Manifest } from '../../../../src/systems/kubernetes/cluster.ts'

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
