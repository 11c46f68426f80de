import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type ControlPlane, startControlPlane } from '../../../../script/lib/control-plane.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { renderDefinition } from '../custom-kind.ts'
import { openOwnCluster, type OwnCluster } from '../own-cluster.ts'
import { parseYaml } from '../testbed-cluster.ts'

const { signal } = new AbortController()
const namespace = 'custom'
let plane: ControlPlane
let own: OwnCluster

beforeAll(async () => {
  plane = await startControlPlane()
  own = openOwnCluster(plane)
  await own.cluster.ensureNamespace(namespace, signal)
})

afterAll(async () => {
  own.close()
  await plane.close()
})

async function apply(object: object): Promise<KubernetesObject> {
  const options = { namespace, dryRun: false, signal, onApplied: () => undefined }
  const [applied] = await own.cluster.apply(parseYaml(stringify(object)), options)
  return applied!.object
}

/** What the controller of a custom resource makes. */
async function makeReplicaSet(name: string, image: string, owner: KubernetesObject): Promise<void> {
  const { apiVersion, kind, metadata } = owner
  const labels = { app: name }
  const owned = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }]
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } }
  await own.client.send({
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
    body: {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, ownerReferences: owned },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    },
    signal,
    purpose: 'make a ReplicaSet',
  })
}

test('the pods of a custom resource are those that it owns through others, of the images of its template', async () => {
  await apply(parse(renderDefinition({ group: 'example.com', kind: 'Rollout' })) as object)
  const make = (name: string): Promise<KubernetesObject> => {
    const template = { spec: { containers: [{ name: 'main', image: 'example/new' }] } }
    return apply({ apiVersion: 'example.com/v1', kind: 'Rollout', metadata: { name }, spec: { template } })
  }
  const [ours, other] = [await make('ours'), await make('other')]
  await makeReplicaSet('ours-new', 'example/new', ours)
  await makeReplicaSet('ours-old', 'example/old', ours)
  await makeReplicaSet('other-new', 'example/new', other)
  await own.pods(namespace, 3)
  const [running] = await own.cluster.runningImages([ours], signal)
  expect(running?.containers.map(({ pod }) => pod)).toEqual([expect.stringMatching(/^ours-new-/)])
  expect(running?.old).toEqual([expect.stringMatching(/^ours-old-/)])
})
